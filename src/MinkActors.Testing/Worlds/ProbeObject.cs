using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>A callback object that knows what may be done to it, and says when something else happens.</summary>
/// <remarks>Method 0 adds its badge to a number. Others are a scenario's own: see <see cref="Handler"/>.</remarks>
public sealed class ProbeObject : IMinkObject, IReplyNotified
{
    private readonly SimulatedWorld _world;
    private int _running;
    private int _succeeded;
    private int _notified;
    private int _released;

    /// <param name="world">Whose clock and choices.</param>
    /// <param name="badge">What tells it from others.</param>
    public ProbeObject(SimulatedWorld world, uint badge)
    {
        _world = world;
        Badge = badge;
        world.Probes.Add(this);
    }

    /// <summary>Adds its badge to a number.</summary>
    public const uint Add = 0;

    /// <summary>Answers an object of the scenario's choice.</summary>
    public const uint Give = 1;

    /// <summary>Fails with the code that it is sent.</summary>
    public const uint Fail = 2;

    /// <summary>Writes half of its output.</summary>
    public const uint Half = 3;

    /// <summary>Calls back to whom it was given.</summary>
    public const uint Nest = 4;

    /// <summary>Answers with its own arguments.</summary>
    public const uint Reflect = 5;

    /// <summary>What tells it from others.</summary>
    public uint Badge { get; }

    /// <summary>Serves what this class does not; null: INVALID.</summary>
    public Func<IncomingCall, ValueTask<ResultCode>>? Handler { get; init; }

    /// <summary>Calls that reached it.</summary>
    public int Calls { get; private set; }

    /// <summary>Its reference was handed over or kept: the end of the run expects its release.</summary>
    public bool WasExported { get; internal set; }

    /// <inheritdoc/>
    public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        Calls++;
        _world.Require(_released == 0, $"Probe {Badge} was called after its release");
        // Faults may let the runtime abandon a call: then the next one is rightly admitted beside it.
        _world.Require(_running == 0 || call.Operation.Method is (ushort)Add or (ushort)Reflect || _world.Faults.Fired.Count > 0 || _world.MayFail, $"Probe {Badge} was called while it was serving another chain");
        _running++;
        try
        {
            var result = await ServeAsync(call);
            if (result == ResultCode.Ok) _succeeded++;
            return result;
        }
        finally
        {
            _running--;
        }
    }

    /// <inheritdoc/>
    public void Released()
    {
        _released++;
        _world.Require(_released == 1, $"Probe {Badge} was told {_released} times that it is released");
    }

    /// <inheritdoc/>
    public void ReplyDelivered(bool received)
    {
        _notified++;
        _world.Require(received || _world.Faults.Fired.Count > 0 || _world.MayFail || _world.IsHostile, $"Probe {Badge} was told that its answer was lost, though it was not");
    }

    internal void CheckQuiet(Action<string, string> violated)
    {
        var faulty = _world.Faults.Fired.Count > 0 || _world.MayFail || _world.IsHostile;
        if (_notified > _succeeded || (!faulty && _notified != _succeeded)) violated("I-17", $"Probe {Badge} answered {_succeeded} times and was told {_notified} times what became of it");
        if (_released == 0 && !_world.Faults.BooksMayDiffer && !_world.IsHostile && WasExported) violated("I-17", $"Probe {Badge} was not told that nobody holds it");
    }

    internal void CheckStopped(Action<string, string> violated)
    {
        if (WasExported && _released != 1) violated("I-17", $"Probe {Badge} was told {_released} times of its release by the time everything had stopped");
    }

    private async ValueTask<ResultCode> ServeAsync(IncomingCall call)
    {
        switch (call.Operation.Method)
        {
            case (ushort)Add when call.Counts is { InputBuffers: 1, OutputBuffers: 1 }:
                call.Write(0, call.Read<uint>(0) + Badge);
                return ResultCode.Ok;
            case (ushort)Fail when call.Counts.InputBuffers == 1:
                return (ResultCode)call.Read<int>(0);
            case (ushort)Half when call.Counts.OutputBuffers == 1:
                var half = call.OutputCapacity(0) / 2;
                call.Output(0)[..half].Fill((byte)Badge);
                call.SetOutputSize(0, half);
                return ResultCode.Ok;
            case (ushort)Reflect:
                return Mirror.Answer(call);
            default:
                return Handler is { } handler ? await handler(call) : ResultCode.Invalid;
        }
    }
}
