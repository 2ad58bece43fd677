namespace MinkActors.Protocol.OpTee;

/// <summary>What an OPEN_SESSION asks for.</summary>
/// <param name="Application">UUID of the trusted application.</param>
/// <param name="Client">Who asks; nil for public and kernel logins, whatever the message said.</param>
/// <param name="Login">How that is shown.</param>
/// <param name="Parameters">Application parameters behind the two meta ones.</param>
public readonly record struct OpenSessionRequest(Guid Application, Guid Client, TeeLogin Login, int Parameters);

/// <summary>
/// The structural checks that OP-TEE makes on a message that <see cref="OpTeeMessage.TryRead"/> accepted (spec 09 section 6).
/// A refusal is always BAD_PARAMETERS with origin TEE.
/// </summary>
public static class OpTeeRequestCheck
{
    /// <summary>OPEN_SESSION: at least two parameters, both exactly meta value-inputs, a known login, no further meta, at most
    /// four application parameters of known types.</summary>
    public static bool TryReadOpenSession(ReadOnlySpan<byte> image, in OpTeeHeader header, out OpenSessionRequest request, out OpTeeRefusal refusal)
    {
        request = default;
        if (header.Parameters is < 2 or > 2 + OpTeeMessage.ApplicationParametersMax)
        {
            refusal = new(OpTeeField.ParameterCount, 0, header.Parameters, 2 + OpTeeMessage.ApplicationParametersMax);
            return false;
        }
        for (var i = 0; i < 2; i++)
        {
            if (!Expect(image, i, OpTeeAttribute.MetaValueInput, out refusal))
            {
                return false;
            }
        }
        if (!ApplicationParameters(image, 2, (int)header.Parameters, out refusal))
        {
            return false;
        }
        var client = OpTeeMessage.ReadParameter(image, 1);
        if (!TeeLogins.IsKnown(client.C))
        {
            refusal = new(OpTeeField.Login, 1, (long)client.C, (long)TeeLogin.Kernel);
            return false;
        }
        var login = (TeeLogin)client.C;
        request = new(OpTeeMessage.ReadParameter(image, 0).Uuid,
            login is TeeLogin.Public or TeeLogin.Kernel ? Guid.Empty : client.Uuid, login, (int)header.Parameters - 2);
        return true;
    }

    /// <summary>INVOKE_COMMAND: at most four parameters of known types, none meta.</summary>
    public static bool CheckInvoke(ReadOnlySpan<byte> image, in OpTeeHeader header, out OpTeeRefusal refusal)
    {
        if (header.Parameters > OpTeeMessage.ApplicationParametersMax)
        {
            refusal = new(OpTeeField.ParameterCount, 0, header.Parameters, OpTeeMessage.ApplicationParametersMax);
            return false;
        }
        return ApplicationParameters(image, 0, (int)header.Parameters, out refusal);
    }

    /// <summary>CLOSE_SESSION, CANCEL and the notification commands: no parameter.</summary>
    public static bool CheckEmpty(in OpTeeHeader header, out OpTeeRefusal refusal)
    {
        refusal = header.Parameters == 0 ? default : new(OpTeeField.ParameterCount, 0, header.Parameters, 0);
        return refusal.IsNone;
    }

    /// <summary>REGISTER_SHM: exactly one parameter with attribute exactly 0x20A, a cookie that is not 0, a range that does not wrap.</summary>
    public static bool TryReadRegister(ReadOnlySpan<byte> image, in OpTeeHeader header, out OpTeeParameter range, out OpTeeRefusal refusal)
    {
        range = default;
        if (!One(header, out refusal) || !Expect(image, 0, OpTeeAttribute.PageListOutput, out refusal))
        {
            return false;
        }
        range = OpTeeMessage.ReadParameter(image, 0);
        refusal = range.Cookie == 0 ? new(OpTeeField.Cookie, 0, 0, 1)
            : PageList.EntriesFor(range.ByteSize, range.PageOffset) == 0 ? new(OpTeeField.Size, 0, (long)range.ByteSize, 1) : default;
        return refusal.IsNone;
    }

    /// <summary>UNREGISTER_SHM and RECLAIM_PROTMEM: exactly one parameter; gives its cookie. The type is checked for RECLAIM
    /// only: OP-TEE reads UNREGISTER's cookie from wherever a registered reference has it.</summary>
    public static bool TryReadCookie(ReadOnlySpan<byte> image, in OpTeeHeader header, out ulong cookie, out OpTeeRefusal refusal)
    {
        cookie = 0;
        if (!One(header, out refusal))
        {
            return false;
        }
        if (header.Command == (uint)OpTeeCommand.ReclaimProtectedMemory
            && !Expect(image, 0, OpTeeAttribute.Of(OpTeeParameterType.RegisteredInput), out refusal))
        {
            return false;
        }
        cookie = OpTeeMessage.ReadParameter(image, 0).Cookie;
        return true;
    }

    /// <summary>LEND_PROTMEM: attributes exactly value-input and contiguous temporary input.</summary>
    public static bool TryReadLend(ReadOnlySpan<byte> image, in OpTeeHeader header, out ulong useCase, out OpTeeParameter range, out OpTeeRefusal refusal)
    {
        useCase = 0;
        range = default;
        if (!Two(header, out refusal) || !Expect(image, 0, OpTeeAttribute.Of(OpTeeParameterType.ValueInput), out refusal)
            || !Expect(image, 1, OpTeeAttribute.Of(OpTeeParameterType.TemporaryInput), out refusal))
        {
            return false;
        }
        useCase = OpTeeMessage.ReadParameter(image, 0).A;
        range = OpTeeMessage.ReadParameter(image, 1);
        return true;
    }

    /// <summary>GET_PROTMEM_CONFIG: value-inout and a memory output (or a NULL one); the use case is below 2^31 − 1.</summary>
    public static bool TryReadConfig(ReadOnlySpan<byte> image, in OpTeeHeader header, out uint useCase, out OpTeeParameter room, out OpTeeRefusal refusal)
    {
        useCase = 0;
        room = default;
        if (!Two(header, out refusal) || !Expect(image, 0, OpTeeAttribute.Of(OpTeeParameterType.ValueInOut), out refusal))
        {
            return false;
        }
        room = OpTeeMessage.ReadParameter(image, 1);
        var asked = OpTeeMessage.ReadParameter(image, 0).A;
        refusal = room.Attribute.IsMeta || room.Attribute.Type is not (OpTeeParameterType.RegisteredOutput or OpTeeParameterType.TemporaryOutput)
            ? new(OpTeeField.Attribute, 1, (long)room.Attribute.Word, (long)OpTeeParameterType.RegisteredOutput)
            : asked >= int.MaxValue ? new(OpTeeField.Argument, 0, (long)asked, int.MaxValue - 1) : default;
        useCase = refusal.IsNone ? (uint)asked : 0;
        return refusal.IsNone;
    }

    private static bool ApplicationParameters(ReadOnlySpan<byte> image, int first, int count, out OpTeeRefusal refusal)
    {
        refusal = default;
        for (var i = first; i < count; i++)
        {
            var attribute = OpTeeMessage.ReadParameter(image, i).Attribute;
            if (attribute.IsMeta || !attribute.IsKnownType)
            {
                refusal = new(OpTeeField.Attribute, i, (long)attribute.Word, (long)OpTeeParameterType.TemporaryInOut);
                return false;
            }
        }
        return true;
    }

    private static bool Expect(ReadOnlySpan<byte> image, int index, OpTeeAttribute attribute, out OpTeeRefusal refusal)
    {
        var found = OpTeeMessage.ReadParameter(image, index).Attribute;
        refusal = found == attribute ? default : new(OpTeeField.Attribute, index, (long)found.Word, (long)attribute.Word);
        return refusal.IsNone;
    }

    private static bool One(in OpTeeHeader header, out OpTeeRefusal refusal) => Count(header, 1, out refusal);

    private static bool Two(in OpTeeHeader header, out OpTeeRefusal refusal) => Count(header, 2, out refusal);

    private static bool Count(in OpTeeHeader header, uint count, out OpTeeRefusal refusal)
    {
        refusal = header.Parameters == count ? default : new(OpTeeField.ParameterCount, 0, header.Parameters, count);
        return refusal.IsNone;
    }
}
