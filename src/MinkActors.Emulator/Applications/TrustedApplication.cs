using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A trusted application as a C# class: derive, answer with an object, register it by name (spec/04 section 5).</summary>
/// <remarks>
/// <code>
/// loaded → [crashed → restarted]* → unloaded
/// </code>
/// A new instance for each load. Its objects run in turns of their own, as all objects do: what several share must be safe for
/// that. Objects that they answer with belong to the application too, and go with it. Only within calls can the normal world be called back.
/// </remarks>
public abstract class TrustedApplication
{
    private ApplicationInstance? _instance;

    /// <summary>The name it was loaded under.</summary>
    public string Name => Instance.Application.Name;

    /// <summary>Stack as diagnostics report it, in bytes.</summary>
    public virtual int StackSize => 0x8000;

    /// <summary>Heap that it takes from the secure world's, in bytes.</summary>
    public virtual int HeapSize => 0xE000;

    /// <summary>Largest request that it accepts, as diagnostics report it, in bytes.</summary>
    public virtual int AcceptBufferSize => 0x1000;

    private ApplicationInstance Instance => _instance ?? throw new InvalidOperationException("The application is not loaded.");

    /// <summary>The application's object: a new one for each client that asks (spec/04 section 5.2).</summary>
    /// <param name="client">Who asks.</param>
    protected internal abstract IMinkObject CreateAppObject(ClientIdentity client);

    /// <summary>Opens a GlobalPlatform session; clients ask by the UUID that the application was registered with (spec/04 section 8).</summary>
    /// <param name="opening">Valid until the returned task ends.</param>
    /// <returns>Success with the session, or why there is none.</returns>
    protected internal virtual ValueTask<(SessionResult Result, TrustedSession? Session)> OpenSessionAsync(SessionOpening opening) => new((SessionResult.NotSupported, null));

    /// <summary>It was unloaded: nobody can call it any more. Not told after a crash.</summary>
    protected internal virtual void Unloaded() { }

    /// <summary>Hosts another object of the application; the reference is the caller's.</summary>
    public Capability Export(IMinkObject implementation, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Instance.Domain.Export(implementation, Instance, file, line);

    /// <summary>Keeps a reference for as long as the application is loaded; it is given up at its end, be it a crash.</summary>
    public T Hold<T>(T reference) where T : Capability
    {
        Instance.Hold(reference);
        return reference;
    }

    /// <summary>Makes a memory object of the normal world accessible. Within a call only.</summary>
    /// <returns>Dispose it to unmap. The reference given stays the caller's.</returns>
    /// <exception cref="MinkException">The object is no memory object, or lies where nothing is shared.</exception>
    public ValueTask<MappedMemory> MapAsync(Capability memory) => MappedMemory.MapAsync(Instance.Domain, memory);

    /// <summary>Has a listener of the normal world serve a request. Within a call only.</summary>
    /// <param name="listener">Its id (spec/05 section 1).</param>
    /// <param name="request">Written at the start of its memory.</param>
    /// <param name="cleared">Bytes to zero first: what the request's struct covers.</param>
    /// <param name="response">Filled from the start of its memory.</param>
    /// <returns>0; UNAVAIL when no such listener is registered or it has no memory; SIZE_IN when its memory is too small; else what the listener answered.</returns>
    public ValueTask<ResultCode> RequestAsync(uint listener, ReadOnlyMemory<byte> request, int cleared, Memory<byte> response) =>
        Instance.Application.Services.Listeners.Find(listener)?.RequestAsync(request, cleared, response) ?? new(ResultCode.Unavailable);

    /// <summary>Has a GlobalPlatform application, loaded for this when need be, serve one command in a session of its own. Within a call only.</summary>
    /// <param name="uuid">The other application's.</param>
    /// <param name="client">On whose behalf.</param>
    /// <param name="command">The other application's number for it.</param>
    /// <param name="parameters">At most four; outputs are in them afterwards.</param>
    /// <returns>What the other answered; ItemNotFound when nobody has such an application.</returns>
    public ValueTask<SessionResult> InvokePeerAsync(Guid uuid, ClientIdentity client, uint command, params SessionParameter[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Instance.Application.Services.Sessions.InvokePeerAsync(uuid, client, command, parameters);
    }

    /// <summary>Ends the application as a fault would: every call in progress and every later one answers DEFUNCT.</summary>
    /// <exception cref="MinkException">Always, to leave the code that crashed.</exception>
    [DoesNotReturn]
    public void Crash()
    {
        Instance.Application.Crash(Instance);
        throw new MinkException(ResultCode.Defunct, $"{Name} has crashed.");
    }

    internal void Attach(ApplicationInstance instance)
    {
        if (_instance is not null) throw new InvalidOperationException($"An application instance was loaded twice: what is registered for {instance.Application.Name} must make a new one each time.");
        _instance = instance;
    }
}
