using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>What RPC messages say, by the names that vectors use.</summary>
internal static class RpcFacts
{
    public static void Add(Facts facts, in OpTeeHeader header, OpTeeParameter[] parameters)
    {
        facts.Check("params", ParameterTexts.Check(parameters));
        if (parameters.Length == 0)
        {
            return;
        }
        var first = parameters[0];
        switch ((OpTeeRpcCommand)header.Command)
        {
            case OpTeeRpcCommand.LoadTrustedApplication:
                facts.Uuid("ta", first.Uuid);
                if (parameters.Length > 1)
                {
                    facts.Text("buffer", parameters[1].IsNullMemory ? "NULL" : "").Number("size", parameters[1].ByteSize)
                        .Number("cookie", parameters[1].Cookie);
                }
                break;
            case OpTeeRpcCommand.GetTime:
                facts.Number("seconds", first.A).Number("nanoseconds", first.B);
                break;
            case OpTeeRpcCommand.Notification:
                facts.Number("value", first.B).Number("timeout_ms", first.C);
                break;
            case OpTeeRpcCommand.Suspend:
                facts.Number("ms", first.A);
                break;
            case OpTeeRpcCommand.SharedMemoryAllocate when first.Attribute.IsValue:
                facts.Number("type", first.A).Number("size", first.B).Number("align", first.C);
                break;
            case OpTeeRpcCommand.SharedMemoryAllocate:
                facts.Number("list_page", first.PageListAddress).Number("page_offset", (ulong)first.PageOffset).Number("pa", first.Address)
                    .Number("size", first.ByteSize).Number("cookie", first.Cookie);
                break;
            case OpTeeRpcCommand.SharedMemoryFree:
                facts.Number("type", first.A).Number("cookie", first.B);
                break;
        }
    }

    /// <summary>The same message out of its builder: of the request, or of the request and the driver's answer to it.</summary>
    public static byte[]? Build(in OpTeeHeader header, OpTeeParameter[] parameters)
    {
        var again = new byte[OpTeeMessage.SizeOf(header.Parameters)];
        var first = parameters.Length > 0 ? parameters[0] : default;
        var answered = header.Result != TeeResult.Generic;
        var size = ((OpTeeRpcCommand)header.Command, answered) switch
        {
            (OpTeeRpcCommand.LoadTrustedApplication, false) when parameters.Length == 2 =>
                OpTeeRpcMessages.LoadApplication(again, first.Uuid, parameters[1]),
            (OpTeeRpcCommand.GetTime, _) when parameters.Length == 1 => OpTeeRpcMessages.GetTime(again),
            (OpTeeRpcCommand.Notification, _) when parameters.Length == 1 => first.A == 0
                ? OpTeeRpcMessages.WaitNotification(again, first.B, first.C) : OpTeeRpcMessages.SendNotification(again, first.B),
            (OpTeeRpcCommand.Suspend, _) when parameters.Length == 1 => OpTeeRpcMessages.Suspend(again, first.A),
            (OpTeeRpcCommand.SharedMemoryAllocate, _) when parameters.Length == 1 && first.Attribute.IsValue =>
                OpTeeRpcMessages.AllocateShared(again, (OpTeeSharedMemoryKind)first.A, first.B, first.C),
            (OpTeeRpcCommand.SharedMemoryAllocate, true) when parameters.Length == 1 =>
                OpTeeRpcMessages.AllocateShared(again, OpTeeSharedMemoryKind.Application, first.B, 0),
            (OpTeeRpcCommand.SharedMemoryFree, _) when parameters.Length == 1 =>
                OpTeeRpcMessages.FreeShared(again, (OpTeeSharedMemoryKind)first.A, first.B),
            // The driver's own commands have one shape each; a builder that could not make this one says so with 0.
            ( >= OpTeeRpcCommand.GetTime and <= OpTeeRpcCommand.SharedMemoryFree, _) => 0,
            _ => OpTeeRpcMessages.Request(again, (OpTeeRpcCommand)header.Command, parameters),
        };
        if (size == 0 || !answered)
        {
            return again[..size];
        }
        if (header is { Command: (uint)OpTeeRpcCommand.GetTime, Result: TeeResult.Success })
        {
            OpTeeMessage.TryReadHeader(again, out var asked);
            OpTeeRpcMessages.AnswerTime(again, asked, first.A, first.B);
        }
        else if (header is { Command: (uint)OpTeeRpcCommand.SharedMemoryAllocate, Result: TeeResult.Success } && first.Attribute.IsTemporary)
        {
            OpTeeRpcMessages.AnswerAllocate(again, first.Address, first.ByteSize, first.Cookie, first.Attribute.IsNonContiguous);
        }
        else
        {
            OpTeeRpcMessages.Answer(again, header.Result, header.Origin);
        }
        return again;
    }
}
