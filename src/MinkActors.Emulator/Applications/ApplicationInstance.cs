using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>One life of an application: from its load or restart to its unload or crash. Counts its calls and knows its objects.</summary>
/// <remarks>Any thread. One word decides: an unload wins only while no call is counted, and a call enters only while there is life.</remarks>
internal sealed class ApplicationInstance(LoadedApplication application, SecureDomain domain, TrustedApplication code) : ILifeLine
{
    private const long Ended = 1L << 62;

    private readonly Lock _lock = new();
    private readonly HashSet<SecureObjectHost> _objects = [];
    private readonly List<Capability> _held = [];
    private long _word;

    public LoadedApplication Application => application;

    public SecureDomain Domain => domain;

    public TrustedApplication Code => code;

    public bool IsAlive => (Volatile.Read(ref _word) & Ended) == 0;

    public bool HasObjects
    {
        get { lock (_lock) return _objects.Count > 0; }
    }

    public bool TryEnter()
    {
        var word = Volatile.Read(ref _word);
        while ((word & Ended) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _word, word + 1, word);
            if (seen == word) return true;
            word = seen;
        }
        return false;
    }

    public bool Leave() => (Interlocked.Decrement(ref _word) & Ended) == 0;

    public void Hosts(SecureObjectHost host)
    {
        lock (_lock) _objects.Add(host);
    }

    public void Lost(SecureObjectHost host)
    {
        bool wasLast;
        lock (_lock) wasLast = _objects.Remove(host) && _objects.Count == 0;
        if (wasLast) application.LookForEnd();
    }

    /// <summary>Keeps a reference until the end; one that comes after it is given up at once.</summary>
    public void Hold(Capability reference)
    {
        lock (_lock)
        {
            if (IsAlive)
            {
                _held.Add(reference);
                return;
            }
        }
        reference.Dispose();
    }

    /// <summary>Ends the life if no call runs. False: one does, or it had ended before.</summary>
    public bool TryEndIdle() => Interlocked.CompareExchange(ref _word, Ended, 0) == 0;

    /// <summary>Ends the life whatever runs. False: it had ended before.</summary>
    public bool TryEndNow() => (Interlocked.Or(ref _word, Ended) & Ended) == 0;

    /// <summary>After the end: calls in progress are answered DEFUNCT, and every reference of the application is given up.</summary>
    public async ValueTask CleanUpAsync()
    {
        foreach (var host in Remaining()) await host.Ask(new SecureObjectHost.ApplicationEnded());
    }

    /// <summary>As <see cref="CleanUpAsync"/>, without waiting for the objects.</summary>
    public void CleanUp()
    {
        foreach (var host in Remaining()) host.Tell(new SecureObjectHost.ApplicationEnded());
    }

    private SecureObjectHost[] Remaining()
    {
        Capability[] held;
        SecureObjectHost[] objects;
        lock (_lock)
        {
            held = [.. _held];
            objects = [.. _objects];
            _held.Clear();
        }
        foreach (var reference in held) reference.Dispose();
        return objects;
    }
}
