using MinkActors.Actors;

namespace MinkActors.Emulator.Qsee;

/// <summary>The emulated QSEE: applications, listeners, and calls that come back incomplete or blocked (spec/08 section 10).</summary>
/// <remarks>Every entry is a message to its kernel actor; applications are actors of their own. Figures are exact only while nothing runs.</remarks>
public sealed class EmulatedQsee : ISecureWorld
{
    private readonly QseeKernel _kernel;

    private EmulatedQsee(QseeKernel kernel) => _kernel = kernel;

    /// <summary>Names and ids of the loaded applications.</summary>
    public IReadOnlyList<(string Name, uint Id)> Apps => _kernel.LoadedApps;

    /// <summary>Ids of the registered listeners.</summary>
    public IReadOnlyList<uint> Listeners => _kernel.ListenerIds;

    /// <summary>Application calls that have begun and not ended.</summary>
    public int LiveSessions => _kernel.LiveSessions;

    /// <summary>Whether no application call is open and no listener is registered.</summary>
    public bool IsClean => LiveSessions == 0 && Listeners.Count == 0;

    /// <summary>Makes one.</summary>
    /// <param name="context">The engine and the memory it lives on.</param>
    /// <param name="options">What it is like.</param>
    /// <param name="wake">Told a wait context whose sleepers may go on (section 4, status 2).</param>
    public static EmulatedQsee Start(SecureWorldContext context, QseeOptions options, Action<ulong> wake)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var qsee = new EmulatedQsee(context.Actors.Spawn(new QseeKernel(context, options, wake), "qsee"));
        options.Started?.Invoke(qsee);
        return qsee;
    }

    /// <inheritdoc/>
    public void Enter(SecureEntry entry) => _kernel.Tell(entry);

    /// <summary>Fault hook: that many app sends sleep on wait context 0 first, and are woken after the time.</summary>
    public void SleepNext(int count, TimeSpan time) => _kernel.Tell(new QseeKernel.SleepNext(count, time));

    /// <summary>Fault hook: QSEE takes an application away by itself, and loads it again when told to, perhaps under another id.</summary>
    /// <param name="name">The application.</param>
    /// <param name="isLoaded">Whether it is to be there.</param>
    public void SetLoaded(string name, bool isLoaded) => _kernel.Tell(new QseeKernel.SetLoaded(name, isLoaded));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _kernel.System.Stop(_kernel);
        return ValueTask.CompletedTask;
    }
}
