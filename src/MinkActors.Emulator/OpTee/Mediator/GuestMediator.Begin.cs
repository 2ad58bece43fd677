using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>How a standard call of the guest begins (M8..M16): a slot, one copy of the message, checks and translation.</summary>
public sealed partial class GuestMediator
{
    private MediatorStep Start(in OpTeeRegisters registers)
    {
        if (_calls.Count >= CallsMax)
        {
            return Refuse(registers, OpTeeReturn.ThreadLimit);
        }
        if (!shadows.TryAllocate(1, out var shadow))
        {
            return Refuse(registers, OpTeeReturn.NoMemory);
        }
        var call = new MediatedCall(registers, shadow);
        _calls.Add(call);
        var bytes = shadows.Bytes(shadow);
        if ((call.Message & (PageList.PageSize - 1)) != 0 || !guest.TryRead(call.Message, bytes))
        {
            return Finish(call, (uint)OpTeeReturn.BadAddress);
        }
        OpTeeMessage.TryReadHeader(bytes, out var header);
        if (header.Parameters > OpTeeMessage.ParametersMax)
        {
            return RefuseInMessage(call, TeeResult.BadParameters);
        }
        if (header.Command > (uint)OpTeeCommand.UnregisterSharedMemory)
        {
            return Finish(call, (uint)OpTeeReturn.BadCommand);
        }
        Remember(call, header, bytes);
        var result = TranslateAll(call, bytes);
        return result == TeeResult.Success
            ? new(true, OpTeeRegisters.Call(shadow, 1, clientId), call)
            : RefuseInMessage(call, result);
    }

    private static void Remember(MediatedCall call, in OpTeeHeader header, Span<byte> bytes)
    {
        call.Command = (OpTeeCommand)header.Command;
        call.Attributes = new OpTeeAttribute[header.Parameters];
        for (var i = 0; i < call.Attributes.Length; i++)
        {
            call.Attributes[i] = OpTeeMessage.ReadParameter(bytes, i).Attribute;
        }
        if (call.Command == OpTeeCommand.UnregisterSharedMemory && call.Attributes.Length > 0)
        {
            call.Unregisters = OpTeeMessage.ReadParameter(bytes, 0).Cookie;
        }
    }

    /// <summary>M13 over all parameters; the buffers of a refused call are dropped when it is freed.</summary>
    private TeeResult TranslateAll(MediatedCall call, Span<byte> bytes)
    {
        for (var i = 0; i < call.Attributes.Length; i++)
        {
            var parameter = OpTeeMessage.ReadParameter(bytes, i);
            if (!parameter.Attribute.IsTemporary || (!parameter.Attribute.IsNonContiguous && parameter.Address == 0))
            {
                continue;
            }
            if (!parameter.Attribute.IsNonContiguous)
            {
                return TeeResult.BadParameters;
            }
            var result = _shared.TryTranslate(parameter, out var address);
            if (result != TeeResult.Success)
            {
                return result;
            }
            call.Buffers.Add(parameter.Cookie);
            OpTeeMessage.WriteParameter(bytes, i, parameter with { A = address });
        }
        return TeeResult.Success;
    }

    private MediatorStep RefuseInMessage(MediatedCall call, TeeResult result)
    {
        OpTeeMessage.WriteOutcome(shadows.Bytes(call.Shadow), result, TeeOrigin.Comms);
        return Finish(call, (uint)(WriteBack(call) ? OpTeeReturn.Ok : OpTeeReturn.BadAddress));
    }
}
