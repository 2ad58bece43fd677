using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>How a standard call ends (M27..M29), and how everything of a guest does (M30).</summary>
public sealed partial class GuestMediator
{
    private MediatorStep Complete(MediatedCall call, uint a0)
    {
        OpTeeMessage.TryReadHeader(shadows.Bytes(call.Shadow), out var outcome);
        var succeeded = a0 == (uint)OpTeeReturn.Ok && outcome.Result == TeeResult.Success;
        var written = !call.IsUndoing && WriteBack(call);
        var isKnown = written && !call.IsAbandoned;
        if (succeeded && call.Command == OpTeeCommand.RegisterSharedMemory)
        {
            call.Buffers.ForEach(_shared.DropList);
            call.Registers = call.Buffers is [var cookie, ..] ? cookie : 0;
            call.Buffers.Clear();
        }
        if (succeeded && call.Command == OpTeeCommand.UnregisterSharedMemory)
        {
            _shared.Drop(call.Unregisters);
        }
        if (succeeded && !isKnown && call.Command == OpTeeCommand.OpenSession)
        {
            return Undo(call, OpTeeCommand.CloseSession, outcome.Session);
        }
        if (succeeded && !isKnown && call.Command == OpTeeCommand.RegisterSharedMemory)
        {
            return Undo(call, OpTeeCommand.UnregisterSharedMemory, 0, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, call.Registers));
        }
        return Finish(call, written ? a0 : (uint)OpTeeReturn.BadAddress);
    }

    /// <summary>
    /// A session or a registration that nobody in the guest can learn of would stay until the guest ends (spec/11 D-146): the call
    /// goes on as the mediator's own, which ends it. It keeps its slot, so that there is a thread for it, and the guest waits on.
    /// </summary>
    private MediatorStep Undo(MediatedCall call, OpTeeCommand command, uint session, params ReadOnlySpan<OpTeeParameter> parameters)
    {
        call.Buffers.ForEach(_shared.Drop);
        call.Buffers.Clear();
        (call.Command, call.Unregisters, call.Attributes, call.IsUndoing) = (command, call.Registers, [], true);
        var bytes = shadows.Bytes(call.Shadow);
        bytes.Clear();
        OpTeeMessage.TryWrite(bytes, new((uint)command, 0, session, 0, TeeResult.Generic, TeeOrigin.None, (uint)parameters.Length), parameters, out _);
        return new(true, OpTeeRegisters.Call(call.Shadow, 1, clientId), call);
    }

    private bool WriteBack(MediatedCall call)
    {
        // The guest may use the page for something else by now.
        if (call.IsAbandoned)
        {
            return true;
        }
        if (!guest.TryMap(call.Message, out var page))
        {
            return false;
        }
        OpTeeWriteBack.Message(shadows.Bytes(call.Shadow), page, call.Attributes);
        return true;
    }

    private MediatorStep Finish(MediatedCall call, uint a0)
    {
        Free(call);
        return Refuse(call.Guest, (OpTeeReturn)a0);
    }

    private void Free(MediatedCall call)
    {
        call.Buffers.ForEach(_shared.Drop);
        shadows.Free(call.Shadow);
        _calls.Remove(call);
    }

    /// <summary>Frees one thing of a guest none of whose processors runs; false when nothing is left and VM_DESTROYED is due (M30).
    /// May be left and taken up again between any two items.</summary>
    public bool DestroyNext()
    {
        if (_calls.Count > 0)
        {
            Free(_calls[^1]);
            return true;
        }
        return _rpc.DropOne() || _shared.DropOne();
    }
}
