using System.Runtime.CompilerServices;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The normal world, connected to a secure world: where capabilities come from and where they are let go.</summary>
/// <remarks>Any thread. Start one with <see cref="StartAsync"/>, stop it by disposing.</remarks>
public sealed class MinkSystem : IAsyncDisposable
{
    private readonly NormalDomain _domain;
    private readonly bool _ownsActors;
    private readonly StopOnce<LeakReport> _stop = new();

    private MinkSystem(NormalDomain domain, bool ownsActors)
    {
        _domain = domain;
        _ownsActors = ownsActors;
        domain.Actors.Failures += LogFailure;
        Root = new Capability(domain.Root, "", 0);
    }

    /// <summary>The one secure object reachable from the start. Not counted: disposing it does nothing.</summary>
    public Capability Root { get; }

    /// <summary>The engine that runs the system's actors.</summary>
    public ActorSystem Actors => _domain.Actors;

    /// <summary>The bounds it was started with.</summary>
    public MinkLimits Limits => _domain.Limits;

    internal NormalDomain Domain => _domain;

    /// <summary>Starts a system. Nothing can be reached before it is complete (spec/11 I-21).</summary>
    /// <exception cref="InvalidOperationException">No secure world was chosen.</exception>
    public static ValueTask<MinkSystem> StartAsync(Action<MinkOptions> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        cancellationToken.ThrowIfCancellationRequested();
        var options = new MinkOptions();
        configure(options);
        if (!options.HasWorld) throw new InvalidOperationException("No secure world was chosen: call UseEmulator or UseSecureWorld.");
        var actors = options.TakeActors();
        var logger = options.LoggerFactory.CreateLogger("MinkActors");
        var memory = options.DecorateMemory(new PhysicalMemory(options.MemoryBudget));
        var domain = new NormalDomain(actors, options.Limits, logger, memory, self => options.MakeWorld(new SecureWorldContext(actors, self.Memory, logger) { Domain = self }))
        {
            Observer = options.Observer,
        };
        return ValueTask.FromResult(new MinkSystem(domain, options.OwnsActors));
    }

    /// <summary>Hosts a callback object. The handle is the only reference: pass it on, then dispose it; the object ends when nobody holds it.</summary>
    public Capability Export(IMinkObject implementation, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _domain.Export(implementation, file, line);

    /// <summary>Shares zeroed memory with whoever is given the reference.</summary>
    /// <param name="size">Bytes, rounded up to whole pages; at least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="MinkTransportException">No shared memory is left (KMEM).</exception>
    public MemoryCapability ShareMemory(int size, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var region = _domain.Memory.AllocateObject(size)
            ?? throw new MinkTransportException(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, $"No shared memory for {size} bytes");
        return new MemoryCapability(Actors.Spawn(new MemoryObject(_domain, region)), file, line);
    }

    /// <summary>Adds operations to the primordial object, for requests of S other than yield, sleep and map.</summary>
    /// <returns>Dispose it to take the extension away again.</returns>
    /// <exception cref="InvalidOperationException">There is an extension already; it still serves (spec/11 D-36).</exception>
    public async ValueTask<IAsyncDisposable> ExtendPrimordialAsync(IMinkObject extension)
    {
        var host = Actors.Spawn(new HostedObject(_domain, extension), "primordial-extension");
        if (!await _domain.Primordial.Ask(new PrimordialObject.SetExtension(host, null)))
        {
            host.Release();    // it ends like any object that nobody holds
            throw new InvalidOperationException("The primordial object has an extension already.");
        }
        return new Extension(this, host);
    }

    /// <summary>What is alive now. Exact only when nothing runs.</summary>
    public LeakReport GetLiveReferences()
    {
        var references = new List<LiveReference>();
        foreach (var handle in _domain.Handles.ToList())
        {
            if (handle.TargetOrNull is { } target) references.Add(new LiveReference(target.Name, target.Kind, handle.MadeAt, target.References));
        }
        var held = _domain.Table.Entries().Select(entry => $"{entry.Id} {entry.Target.Name}" + (entry.References > 1 ? $" ({entry.References} references)" : "")).ToList();
        return new LeakReport(references, held, _domain.Releases.Pending, _domain.UnderWay().Count, _domain.Buffers.Quarantined);
    }

    /// <summary>Waits until every RELEASE queued so far was answered.</summary>
    public async ValueTask DrainReleasesAsync() => await _domain.Releases.Ask(new ReleaseQueue.Drain());

    /// <summary>Stops the system within <see cref="MinkLimits.StopDeadline"/>, and says what was still alive.</summary>
    /// <remarks>Waiting callers are failed DEFUNCT, pending callbacks answered DEFUNCT, queued releases sent; then what S still
    /// holds is taken back, so that each object's release() runs once. Nothing runs afterwards.</remarks>
    public Task<LeakReport> StopAsync() => _stop.RunAsync(Stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var left = await StopAsync();
        if (!left.IsClean) Log.StoppedWith(_domain.Logger, left.ToString());
    }

    private void LogFailure(ActorRef actor, Exception cause, Directive directive) =>
        Log.ActorFailed(_domain.Logger, actor.Name, directive.ToString(), cause);

    private async Task<LeakReport> Stop()
    {
        var deadline = Task.Delay(Limits.StopDeadline, Actors.Time);
        await Task.WhenAny(_domain.BeginStop(), deadline);
        var drained = DrainReleasesAsync().AsTask();
        await Task.WhenAny(drained, deadline);
        _domain.EndStop();
        var report = GetLiveReferences();
        await _domain.Releases.Ask(new ReleaseQueue.GiveUp());
        await _domain.World.DisposeAsync();
        await _domain.Table.Ask(new ObjectTable.TakeBackAll());
        Actors.Failures -= LogFailure;
        if (_ownsActors) await Actors.DisposeAsync();
        _domain.Buffers.Dispose();
        _domain.Metrics.Dispose();
        return report;
    }

    private sealed class Extension(MinkSystem system, HostedObject host) : IAsyncDisposable
    {
        private int _gone;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _gone, 1) != 0) return;
            await system._domain.Primordial.Ask(new PrimordialObject.SetExtension(null, host));
            host.Release();
        }
    }
}
