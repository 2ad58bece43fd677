namespace MinkActors.Protocol.OpTee;

/// <summary>
/// Builds the requests of spec 09 section 6. Each method returns the bytes written; 0 means no room, or more than four
/// application parameters.
/// </summary>
public static class OpTeeRequests
{
    /// <summary>OPEN_SESSION: two meta values, then up to four parameters.</summary>
    /// <param name="image">Room for the message.</param>
    /// <param name="application">UUID of the trusted application.</param>
    /// <param name="client">Who asks; nil for public and kernel logins.</param>
    /// <param name="login">How that is shown.</param>
    /// <param name="cancelId">Names this request for a later cancel.</param>
    /// <param name="parameters">At most four, none of them meta.</param>
    public static int OpenSession(Span<byte> image, in Guid application, in Guid client, TeeLogin login, uint cancelId,
        ReadOnlySpan<OpTeeParameter> parameters)
    {
        if (parameters.Length > OpTeeMessage.ApplicationParametersMax)
        {
            return 0;
        }
        Span<OpTeeParameter> all = stackalloc OpTeeParameter[2 + OpTeeMessage.ApplicationParametersMax];
        all[0] = OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, application);
        all[1] = OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, client, (ulong)login);
        parameters.CopyTo(all[2..]);
        return Write(image, OpTeeCommand.OpenSession, 0, 0, cancelId, all[..(2 + parameters.Length)]);
    }

    /// <summary>INVOKE_COMMAND with up to four parameters.</summary>
    public static int Invoke(Span<byte> image, uint session, uint function, uint cancelId, ReadOnlySpan<OpTeeParameter> parameters) =>
        parameters.Length > OpTeeMessage.ApplicationParametersMax
            ? 0 : Write(image, OpTeeCommand.InvokeCommand, function, session, cancelId, parameters);

    /// <summary>CLOSE_SESSION.</summary>
    public static int CloseSession(Span<byte> image, uint session) => Write(image, OpTeeCommand.CloseSession, 0, session, 0, []);

    /// <summary>CANCEL of the request that was named <paramref name="cancelId"/>.</summary>
    public static int Cancel(Span<byte> image, uint session, uint cancelId) => Write(image, OpTeeCommand.Cancel, 0, session, cancelId, []);

    /// <summary>REGISTER_SHM of a page list. Its type is an output, whatever the public header's text says.</summary>
    public static int RegisterSharedMemory(Span<byte> image, ulong listAddress, int pageOffset, ulong size, ulong cookie) =>
        Write(image, OpTeeCommand.RegisterSharedMemory, 0, 0, 0,
            [new(OpTeeAttribute.PageListOutput, listAddress | (uint)pageOffset, size, cookie)]);

    /// <summary>UNREGISTER_SHM.</summary>
    public static int UnregisterSharedMemory(Span<byte> image, ulong cookie) =>
        Write(image, OpTeeCommand.UnregisterSharedMemory, 0, 0, 0,
            [OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, cookie)]);

    /// <summary>A notification command without parameters.</summary>
    public static int Notification(Span<byte> image, OpTeeCommand command) => Write(image, command, 0, 0, 0, []);

    /// <summary>LEND_PROTMEM of contiguous memory (spec 10 section 10).</summary>
    public static int LendProtectedMemory(Span<byte> image, uint useCase, ulong address, ulong size, ulong cookie) =>
        Write(image, OpTeeCommand.LendProtectedMemory, 0, 0, 0,
        [
            OpTeeParameter.Value(OpTeeParameterType.ValueInput, useCase),
            OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInput, address, size, cookie),
        ]);

    /// <summary>RECLAIM_PROTMEM. The cookie is in a registered reference, whatever the public header's text says.</summary>
    public static int ReclaimProtectedMemory(Span<byte> image, ulong cookie) =>
        Write(image, OpTeeCommand.ReclaimProtectedMemory, 0, 0, 0,
            [OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, cookie)]);

    /// <summary>GET_PROTMEM_CONFIG; a default <paramref name="attributes"/> asks for the count only.</summary>
    public static int GetProtectedMemoryConfig(Span<byte> image, uint useCase, OpTeeParameter attributes = default) =>
        Write(image, OpTeeCommand.GetProtectedMemoryConfig, 0, 0, 0,
        [
            OpTeeParameter.Value(OpTeeParameterType.ValueInOut, useCase),
            attributes == default ? OpTeeParameter.Registered(OpTeeParameterType.RegisteredOutput, 0, 0, 0) : attributes,
        ]);

    /// <summary>ASSIGN_PROTMEM; known on FF-A only, so this transport answers EBADCMD.</summary>
    public static int AssignProtectedMemory(Span<byte> image, ulong cookie, uint useCase) =>
        Write(image, OpTeeCommand.AssignProtectedMemory, 0, 0, 0, [OpTeeParameter.Value(OpTeeParameterType.ValueInput, cookie, useCase)]);

    private static int Write(Span<byte> image, OpTeeCommand command, uint function, uint session, uint cancelId,
        ReadOnlySpan<OpTeeParameter> parameters)
    {
        var header = new OpTeeHeader((uint)command, function, session, cancelId, TeeResult.Success, TeeOrigin.None, (uint)parameters.Length);
        return OpTeeMessage.TryWrite(image, header, parameters, out _) ? (int)OpTeeMessage.SizeOf(header.Parameters) : 0;
    }
}
