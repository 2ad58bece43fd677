using MinkActors.Actors;

namespace MinkActors.Sisters;

/// <summary>The normal world of one sister system: its way in, its buffers, and the calls that are under way.</summary>
/// <remarks>Any thread. Stopping refuses new calls, lets waiting callers go, and ends when the secure world has answered each call it saw.</remarks>
internal sealed class SisterDomain
{
    private readonly List<PendingCall> _calls = [];
    private TaskCompletionSource? _quiet;

    /// <param name="name">As in activities and metrics: "qseecom", "optee".</param>
    /// <param name="context">The engine, the memory and the logger it lives on.</param>
    /// <param name="limits">Its bounds.</param>
    /// <param name="busyEntries">Entries made while the answer is busy, the first included.</param>
    /// <param name="busyPause">Time between two of them.</param>
    /// <param name="freesSlotWhileHelped">Others may enter while one call is helped.</param>
    /// <param name="freesSlotWhilePaused">Others may enter while one call pauses after a busy answer.</param>
    /// <param name="depths">Kinds of calls of which each may use one slot more than the kind before; see <see cref="SisterCall{TResult}.Depth"/>.</param>
    public SisterDomain(string name, SecureWorldContext context, SisterLimits limits, int busyEntries, TimeSpan busyPause, bool freesSlotWhileHelped, bool freesSlotWhilePaused = false, int depths = 1)
    {
        Context = context;
        Limits = limits;
        Buffers = new BufferPool(context.Memory, limits.QuarantineMax);
        var metrics = new MinkMetrics(context.Actors.Time, name);
        var bounds = new MinkLimits { Slots = limits.Slots, ChainDepth = depths, QueuedInvocations = limits.QueuedCalls };
        Link = new SecureLink
        {
            ActivityName = name,
            Actors = context.Actors,
            Transport = context.Actors.Spawn(new TransportActor(bounds, depth => metrics.FoundWaiting("transport", depth)), $"{name}-transport"),
            Metrics = metrics,
            RoundsMax = limits.Rounds,
            BusyEntriesMax = busyEntries,
            BusyPause = busyPause,
            FreesSlotWhileHelped = freesSlotWhileHelped,
            FreesSlotWhilePaused = freesSlotWhilePaused,
        };
    }

    public SecureWorldContext Context { get; }
    public SisterLimits Limits { get; }
    public SecureLink Link { get; }
    public BufferPool Buffers { get; }
    public ActorSystem Actors => Context.Actors;

    /// <summary>Calls that have begun and not ended.</summary>
    public int UnderWay
    {
        get
        {
            lock (_calls) return _calls.Count;
        }
    }

    /// <summary>Enters a call that begins.</summary>
    public void Began(PendingCall call)
    {
        lock (_calls) _calls.Add(call);
    }

    /// <summary>A call is over, with everything it held given back.</summary>
    public void Ended(PendingCall call)
    {
        lock (_calls) _calls.Remove(call);
        LookForQuiet();
    }

    /// <summary>Refuses new calls, fails the callers that wait, and ends when no call is left.</summary>
    public Task BeginStop()
    {
        List<PendingCall> waiting;
        Task quiet;
        lock (_calls)
        {
            _quiet ??= NewQuiet();
            Link.RefusesCalls = true;
            waiting = [.. _calls];
            quiet = _quiet.Task;
        }
        foreach (var call in waiting) call.Tell(Interrupt.ByStop(call));
        LookForQuiet();
        return quiet;
    }

    /// <summary>Ends when the runtime's own calls of a stop, which may still begin, are over.</summary>
    public Task WhenQuiet()
    {
        lock (_calls)
        {
            if (_calls.Count == 0) return Task.CompletedTask;
            if (_quiet is null or { Task.IsCompleted: true }) _quiet = NewQuiet();
            return _quiet.Task;
        }
    }

    private TaskCompletionSource NewQuiet() => new(Actors.CompletionOptions);

    private void LookForQuiet()
    {
        TaskCompletionSource? quiet;
        lock (_calls) quiet = Link.RefusesCalls && _calls.Count == 0 ? _quiet : null;
        quiet?.TrySetResult();
    }
}
