using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>Calls that nobody in the guest waits for any more: its task, or the whole guest, is gone (spec/11 D-145; M30).</summary>
public sealed partial class GuestMediator
{
    /// <summary>An application that asks again after this many failures is not going to end by them.</summary>
    private const int FailuresMax = 64;

    /// <summary>Says of every call that the guest will not resume it. Resumes by the guest are refused from here on.</summary>
    /// <returns>How many there are.</returns>
    public int AbandonAll()
    {
        foreach (var call in _calls)
        {
            call.IsAbandoned = true;
        }
        return _calls.Count;
    }

    /// <summary>Answers the next suspended abandoned call with a failure; false when none is left that can be.</summary>
    public bool TryFailNext(out MediatorStep step)
    {
        step = default;
        if (_calls.Find(call => call is { IsAbandoned: true, InFlight: false } && call.Failures < FailuresMax) is not { } next)
        {
            return false;
        }
        next.AskedByMediator = false;
        step = AnswerWithFailure(next);
        return true;
    }

    /// <summary>Whether a call of an abandoned guest asks on and on: only VM_DESTROYED ends it.</summary>
    public bool HasStubbornCall => _calls.Exists(call => call.IsAbandoned && call.Failures >= FailuresMax);

    /// <summary>A failed allocation, GENERIC for a command, and nothing for the rest: what OP-TEE expects of a driver in trouble.</summary>
    private MediatorStep AnswerWithFailure(MediatedCall call)
    {
        if (++call.Failures > FailuresMax)
        {
            // It stays suspended; the slot is the guest's until the guest is destroyed.
            return new(false, call.Guest, call);
        }
        if (call.Function == OpTeeRpcFunction.Command)
        {
            if (_rpc.TryFind(call.RpcCookie, out _, out var shadow))
            {
                NoteSharedMemory(call, shadow);
            }
            FailRpc(call);
        }
        var step = EnterAgain(call);
        if (call.Function != OpTeeRpcFunction.Allocate)
        {
            return step;
        }
        var down = step.Registers;
        down.SetPair(1, 0);
        down.SetPair(4, 0);
        return step with { Registers = down };
    }
}
