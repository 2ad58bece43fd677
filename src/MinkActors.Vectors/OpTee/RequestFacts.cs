using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>What the commands of a standard call say, by the names that vectors use.</summary>
internal static class RequestFacts
{
    public static void Add(Facts facts, byte[] image, in OpTeeHeader header, OpTeeParameter[] parameters)
    {
        facts.Check("params", ParameterTexts.Check(parameters));
        switch ((OpTeeCommand)header.Command)
        {
            case OpTeeCommand.OpenSession when OpTeeRequestCheck.TryReadOpenSession(image, header, out var open, out _):
                facts.Uuid("ta", open.Application).Uuid("client", parameters[1].Uuid, "nil")
                    .Number("login", (uint)open.Login, CapabilityNames.Of(open.Login))
                    .Check("params", ParameterTexts.Check(parameters[2..]));
                break;
            case OpTeeCommand.InvokeCommand:
                facts.Number("op", header.Function).Number("cmd", header.Function);
                for (var i = 0; i < parameters.Length && i < 2; i++)
                {
                    facts.Text(i == 0 ? "request" : "response", MemoryText(parameters[i]));
                }
                foreach (var parameter in parameters)
                {
                    if (parameter.Attribute.IsNonContiguous)
                    {
                        facts.Number("translated_list", parameter.PageListAddress);
                    }
                }
                break;
            case OpTeeCommand.RegisterSharedMemory when OpTeeRequestCheck.TryReadRegister(image, header, out var range, out _):
                facts.Number("list_page", range.PageListAddress).Number("page_offset", (ulong)range.PageOffset)
                    .Number("size", range.ByteSize).Number("cookie", range.Cookie);
                break;
            case OpTeeCommand.UnregisterSharedMemory or OpTeeCommand.ReclaimProtectedMemory
                when OpTeeRequestCheck.TryReadCookie(image, header, out var cookie, out _):
                facts.Number("cookie", cookie);
                break;
            case OpTeeCommand.LendProtectedMemory when OpTeeRequestCheck.TryReadLend(image, header, out var useCase, out var lent, out _):
                facts.Number("use_case", useCase).Number("pa", lent.Address).Number("size", lent.ByteSize).Number("cookie", lent.Cookie);
                break;
            case OpTeeCommand.GetProtectedMemoryConfig when OpTeeRequestCheck.TryReadConfig(image, header, out var asked, out var room, out _):
                facts.Number("use_case", asked).Number("min_size", parameters[0].A).Number("align", parameters[0].B)
                    .Number("pa_width", parameters[0].C).Number("attrs", room.ByteSize / 4);
                facts.Text("buffer", room.IsNullMemory ? "NULL" : "");
                break;
            case OpTeeCommand.AssignProtectedMemory when parameters.Length == 1:
                facts.Number("cookie", parameters[0].A).Number("use_case", parameters[0].B);
                break;
        }
    }

    /// <summary>The same request out of its builder, or null when the image is not an unanswered request.</summary>
    public static byte[]? Build(byte[] image, in OpTeeHeader header, OpTeeParameter[] parameters)
    {
        if (header.Result != TeeResult.Success || header.Origin != TeeOrigin.None)
        {
            return null;
        }
        var again = new byte[image.Length];
        var size = (OpTeeCommand)header.Command switch
        {
            OpTeeCommand.OpenSession when OpTeeRequestCheck.TryReadOpenSession(image, header, out var open, out _) =>
                OpTeeRequests.OpenSession(again, open.Application, parameters[1].Uuid, open.Login, header.CancelId, parameters.AsSpan(2)),
            OpTeeCommand.InvokeCommand => OpTeeRequests.Invoke(again, header.Session, header.Function, header.CancelId, parameters),
            OpTeeCommand.CloseSession => OpTeeRequests.CloseSession(again, header.Session),
            OpTeeCommand.Cancel => OpTeeRequests.Cancel(again, header.Session, header.CancelId),
            OpTeeCommand.RegisterSharedMemory when OpTeeRequestCheck.TryReadRegister(image, header, out var range, out _) =>
                OpTeeRequests.RegisterSharedMemory(again, range.PageListAddress, range.PageOffset, range.ByteSize, range.Cookie),
            OpTeeCommand.UnregisterSharedMemory when OpTeeRequestCheck.TryReadCookie(image, header, out var cookie, out _) =>
                OpTeeRequests.UnregisterSharedMemory(again, cookie),
            OpTeeCommand.DoBottomHalf or OpTeeCommand.StopNotifications => OpTeeRequests.Notification(again, (OpTeeCommand)header.Command),
            OpTeeCommand.LendProtectedMemory when OpTeeRequestCheck.TryReadLend(image, header, out var useCase, out var lent, out _) =>
                OpTeeRequests.LendProtectedMemory(again, (uint)useCase, lent.Address, lent.ByteSize, lent.Cookie),
            OpTeeCommand.ReclaimProtectedMemory when OpTeeRequestCheck.TryReadCookie(image, header, out var cookie, out _) =>
                OpTeeRequests.ReclaimProtectedMemory(again, cookie),
            OpTeeCommand.GetProtectedMemoryConfig when OpTeeRequestCheck.TryReadConfig(image, header, out var asked, out var room, out _) =>
                OpTeeRequests.GetProtectedMemoryConfig(again, asked, room),
            OpTeeCommand.AssignProtectedMemory when parameters.Length == 1 =>
                OpTeeRequests.AssignProtectedMemory(again, parameters[0].A, (uint)parameters[0].B),
            // What no builder can produce is not a request: an empty image tells.
            _ => 0,
        };
        return again[..size];
    }

    private static string MemoryText(in OpTeeParameter parameter) => $"0x{parameter.Cookie:x}+0x{parameter.Offset:x} len {parameter.ByteSize}";
}
