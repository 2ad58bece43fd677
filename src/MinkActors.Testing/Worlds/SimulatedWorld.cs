using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>What a scenario is given: a normal world, a secure world with the test application in it, faults, choices and virtual time.</summary>
public sealed class SimulatedWorld
{
    private readonly WorldChecker _checker;
    private readonly List<Task> _clients = [];

    private SimulatedWorld(SimulationActorSystem actors, FaultInjector faults, WorldChecker checker, WorldShape shape)
    {
        Actors = actors;
        Faults = faults;
        _checker = checker;
        Shape = shape;
        IsHostile = shape.SecureWorld is not null;
    }

    /// <summary>The engine: its seed, its clock, its trace.</summary>
    public SimulationActorSystem Actors { get; }

    /// <summary>The normal world under test.</summary>
    public MinkSystem Mink { get; private set; } = null!;

    /// <summary>The faults of this run.</summary>
    public FaultInjector Faults { get; }

    /// <summary>The test application's object, one reference owned by the world; null when the shape brings a secure world of its own.</summary>
    public Capability App { get; private set; } = null!;

    /// <summary>The secure world was brought by the scenario and may do anything: its books are not checked.</summary>
    public bool IsHostile { get; }

    internal WorldShape Shape { get; }
    internal NormalDomain Domain => Mink.Domain;
    internal SecureDomain? Secure { get; private set; }
    internal TestApp? Application { get; private set; }
    internal FaultySharedMemory Memory { get; private set; } = null!;
    internal FaultySecureWorld Transport { get; private set; } = null!;
    internal List<MinkObject> Pinned { get; } = [];
    internal List<ProbeObject> Probes { get; } = [];
    internal int ThreadsInUse => Secure?.Threads.InUse ?? 0;
    internal List<uint> SecureEnds { get; } = [];
    internal List<TestApp> Peers { get; } = [];
    internal bool IsStopping { get; private set; }

    /// <summary>The scenario has stopped the system: what the secure world held was taken back, and nothing is sent any more.</summary>
    internal bool HasStopped { get; private set; }

    /// <summary>Code of the scenario came to grief over a damaged link: what it held it holds for ever.</summary>
    internal bool HasGrief { get; private set; }

    /// <summary>More to look at when all is at rest and everything was let go of.</summary>
    internal List<Action> AtRest { get; } = [];

    internal static async Task<SimulatedWorld> StartAsync(SimulationActorSystem actors, FaultInjector faults, WorldChecker checker, WorldShape shape)
    {
        var world = new SimulatedWorld(actors, faults, checker, shape);
        var limits = shape.Limits;
        if (faults.ValueAtStart(FaultPoint.Table, FaultAction.Exhaust) is { } ids) limits = limits with { CallbackIds = ids };
        // Who may lose messages has to give waiting an end.
        if (faults.MayLose) limits = limits with { InvocationDeadline = limits.InvocationDeadline ?? TimeSpan.FromMinutes(1) };
        if (limits.FirstCallbackId is { } first) checker.Ids.StartAt(first);
        world.Mink = await MinkSystem.StartAsync(options =>
        {
            options.Limits = limits;
            options.Observer = checker.Ids;
            options.MemoryBudget = shape.MemoryBudget;
            options.UseActors(actors);
            options.WrapMemory(memory => world.Memory = new FaultySharedMemory(memory, faults, checker.Violated));
            options.UseSecureWorld(context => shape.SecureWorld?.Invoke(world, context) ?? world.MakeSecureWorld(context, shape));
            options.WrapSecureWorld((inner, context) => world.Transport = new FaultySecureWorld(inner, context, faults)
            {
                Entered = (entry, inbound, outbound) => checker.Buffers.Entered(world, entry, inbound, outbound),
                Wire = checker.Wire,
            });
            shape.Configure?.Invoke(options);
        });
        checker.Attach(world);
        world.App = world.Mink.Root.Retain();
        return world;
    }

    /// <summary>0 to <paramref name="count"/> - 1: the scenario's own freedom, decided like a schedule.</summary>
    public int Choose(int count) => Actors.Choose(count);

    /// <summary>Ends the run as a failure unless the condition holds.</summary>
    public void Require(bool condition, string what)
    {
        // Over a link that damages and loses what it carries, only the runtime's own invariants are promised.
        if (condition || Faults.BooksMayDiffer) return;
        // Also noted: what an object throws is answered as a result code, and would not end the run.
        _checker.Violated("scenario", what);
        throw new InvariantViolatedException("scenario", what);
    }

    /// <summary>Ends the run as a failure unless the condition holds, whatever was lost on the way.</summary>
    internal void Insist(bool condition, string what)
    {
        if (condition) return;
        Violated("scenario", what);
        throw new InvariantViolatedException("scenario", what);
    }

    /// <summary>Notes what was found wrong; the run ends at the end of the step.</summary>
    internal void Violated(string invariant, string what) => _checker.Violated(invariant, what);

    /// <summary>Virtual time passes.</summary>
    public Task DelayAsync(TimeSpan time) => Task.Delay(time, Actors.Time);

    /// <summary>Lets others run.</summary>
    public async Task YieldAsync() => await Task.Yield();

    /// <summary>Code that runs beside the scenario. The world waits for it before it looks whether all is in order.</summary>
    public Task StartClient(string name, Func<Task> code)
    {
        var client = Actors.StartClient(name, code);
        _clients.Add(client);
        return client;
    }

    /// <summary>Hosts one's own object with the faults of this run around it.</summary>
    public Capability ExportWithFaults(IMinkObject implementation) => Mink.Export(new FaultyObject(implementation, Faults, Actors.Time));

    /// <summary>A call whose failure on the way is part of the game: null then. Without a fault, and without a limit reached, it must not fail.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="method">What.</param>
    /// <param name="arguments">With what.</param>
    public Task<Reply?> CallAsync(Capability target, uint method, params Argument[] arguments) => CallAsync(target, method, CallOptions.None, arguments);

    /// <inheritdoc cref="CallAsync(Capability, uint, Argument[])"/>
    public async Task<Reply?> CallAsync(Capability target, uint method, CallOptions options, params Argument[] arguments)
    {
        var wait = new Wait(this, options);
        try
        {
            var reply = await target.InvokeAsync(method, options, arguments);
            wait.Over(method, ResultCode.Ok);
            return reply;
        }
        catch (MinkTransportException failure)
        {
            wait.Over(method, failure.Code);
            Require(Faults.Fired.Count > 0 || MayFail || options.Deadline is not null, $"Method {method} failed though nothing went wrong: {failure.Message}");
            Require(failure.Code != ResultCode.Timeout || options.Deadline is not null || Mink.Limits.InvocationDeadline is not null, $"Method {method} ran out of time though it had no deadline: {failure.Message}");
            return null;
        }
        catch (OperationCanceledException)
        {
            wait.Over(method, ResultCode.Abort);
            Require(options.CancellationToken.IsCancellationRequested, $"Method {method} was cancelled by nobody");
            return null;
        }
    }

    /// <summary>Stops the system in the middle of the scenario, and says how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var start = Actors.Elapsed;
        IsStopping = HasStopped = MayFail = true;
        await Mink.StopAsync();
        return Actors.Elapsed - start;
    }

    /// <summary>The scenario runs into limits on purpose: failures need no fault to explain them.</summary>
    public bool MayFail { get; set; }

    /// <summary>Lets go of everything, waits until all is at rest, and checks what must hold then.</summary>
    internal async Task SettleAsync()
    {
        foreach (var client in _clients) await TolerateAsync(() => client);
        Faults.IsOver = true;
        DropEverything();
        App.Dispose();
        // Ids that the secure world gives up travel with other messages; one may itself bring new ones about.
        for (var i = 0; i < 4 && !HasStopped; i++)
        {
            await QuietAsync();
            // A call whose caller has left may arrive as late as now, and be kept.
            DropEverything();
            if (Secure is null || Secure.Releases.Count == 0) break;
            (await CallAsync(Mink.Root, TestApp.Nothing))?.Dispose();
        }
        await QuietAsync();
        _checker.CheckQuiet();
        foreach (var check in AtRest) check();
        IsStopping = true;
        var report = HasStopped ? null : await Mink.StopAsync();
        if (report is not null && !Faults.BooksMayDiffer && !IsHostile) Require(report.IsClean, $"After a stop something is alive: {report}");
        await DelayAsync(TimeSpan.FromSeconds(1));    // what was taken back tells its object of it
        _checker.ThrowIfViolated();
        if (!Faults.BooksMayDiffer) foreach (var probe in Probes) probe.CheckStopped(_checker.Violated);
        _checker.ThrowIfViolated();
    }

    /// <summary>Runs a part of the scenario; over a damaged link its code may come to grief on what it reads.</summary>
    internal async Task TolerateAsync(Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (Exception grief) when (Faults.BooksMayDiffer && grief is (MinkException or NullReferenceException or OperationCanceledException))
        {
            HasGrief = true;
            Actors.Note($"the scenario ended: {grief.Message}");
        }
    }

    private void DropEverything()
    {
        Application?.DropAll();
        foreach (var peer in Peers) peer.DropAll();
    }

    internal bool SecureWorldHas(ObjectId id) => Secure?.Table.Find(id) is not null;

    internal bool SecureWorldMayUse(ObjectId id) => !Faults.BooksMayDiffer && Secure is { } secure && RuntimeState.Ids(secure.Releases).Contains(id.Value);

    private async Task QuietAsync()
    {
        // Longer than anything that may still be under way: a callback that never answers, a release that is tried again.
        await DelayAsync(TimeSpan.FromMinutes(2));
        if (!Faults.BooksMayDiffer && !IsHostile) await Mink.DrainReleasesAsync();
    }

    private EmulatedSecureWorld MakeSecureWorld(SecureWorldContext context, WorldShape shape)
    {
        var secure = Secure = new SecureDomain(context, shape.SecureLimits, shape.SecureThreads, shape.SecureObjects);
        var primordial = Actors.Spawn(new CallbackProxy(secure, ObjectId.Primordial), "primordial-proxy");
        Pinned.Add(primordial);
        Application = new TestApp(this, secure, primordial);
        secure.Root = (SecureObjectHost)secure.Export(Application).Detach()!;
        return new EmulatedSecureWorld(secure);
    }
}
