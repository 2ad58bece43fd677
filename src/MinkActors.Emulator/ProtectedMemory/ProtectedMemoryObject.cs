using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The service as a Mink object (spec 10 section 10): each open is a client, which ends with the last reference.</summary>
internal sealed class ProtectedMemoryObject(SecureDomain domain, ProtectedMemoryService service) : IMinkObject, IOperationFilter
{
    private readonly ProtectedClient _client = new();

    public bool Supports(Operation operation) => operation.Method <= (uint)ProtectedMemoryOperation.DropReference;

    public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        var counts = call.Counts;
        if (counts.InputBuffers > 1 || counts.OutputBuffers > 1 || counts.OutputObjects > 0) return ResultCode.Invalid;
        var operation = (ProtectedMemoryOperation)call.Operation.Method;
        var input = counts.InputBuffers == 0 ? [] : call.Input(0).ToArray();
        var room = counts.OutputBuffers == 0 ? 0 : call.OutputCapacity(0);
        var answer = counts.InputObjects switch
        {
            0 => await service.InvokeAsync(_client, operation, input, room),
            1 when operation == ProtectedMemoryOperation.Protect => await ProtectObjectAsync(call, input, room),
            _ => ProtectedAnswer.Of(ProtectedMemoryError.BadParameters),
        };
        if (answer.Error == ProtectedMemoryError.Ok && counts.OutputBuffers == 1)
        {
            answer.Output.CopyTo(call.Output(0));
            call.SetOutputSize(0, answer.Output.Length);
        }
        return (ResultCode)answer.Error;
    }

    public void Released() => _ = service.EndAsync(_client).AsTask();

    /// <summary>O5: the object is mapped in the middle of this very call, and stays mapped until the region is gone.</summary>
    private async ValueTask<ProtectedAnswer> ProtectObjectAsync(IncomingCall call, byte[] input, int room)
    {
        var error = ProtectRequest.Read(input, out var asked, out var list);
        if (error == ProtectedMemoryError.Ok && asked.Flags != ProtectedMemoryLimits.ByObject) error = ProtectedMemoryError.BadParameters;
        if (error == ProtectedMemoryError.Ok && room < ProtectAnswer.Size) error = ProtectedMemoryError.ShortBuffer;
        if (error != ProtectedMemoryError.Ok) return ProtectedAnswer.Of(error);
        var grants = ProtectedOperations.ToArray(list);
        using var memory = call.TakeInput(0);
        if (memory is null) return ProtectedAnswer.Of(ProtectedMemoryError.BadParameters);
        MappingInfo info;
        Capability mapping;
        try
        {
            (info, mapping) = await MappedMemory.AskAsync(domain, memory);
        }
        catch (MinkException)
        {
            return ProtectedAnswer.Of(ProtectedMemoryError.BadParameters);
        }
        // The normal world says where; only what is really shared is believed.
        var isShared = info.Length is > 0 and <= int.MaxValue && domain.Memory.TryResolve(info.Address, info.Length, out _, out _);
        var answer = isShared ? await service.ProtectObjectAsync(_client, asked, grants, new AddressRange(info.Address, info.Length), mapping.Dispose) : ProtectedAnswer.Of(ProtectedMemoryError.BadParameters);
        if (answer.Error != ProtectedMemoryError.Ok) mapping.Dispose();
        return answer;
    }
}

/// <summary>The directory as a Mink object.</summary>
internal sealed class ProviderDirectoryObject(ProviderDirectory directory) : IMinkObject, IOperationFilter
{
    public bool Supports(Operation operation) => operation.Method == ProtectedMemoryLimits.QueryProvider;

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        var counts = call.Counts;
        if (counts.InputBuffers != 1 || counts.OutputBuffers != 1 || counts.Total != 2) return new(ResultCode.Invalid);
        var answer = directory.Query(call.Input(0));
        if (answer.Error != ProtectedMemoryError.Ok) return new((ResultCode)answer.Error);
        if (call.OutputCapacity(0) < answer.Output.Length) return new(ResultCode.SizeOut);
        answer.Output.CopyTo(call.Output(0));
        call.SetOutputSize(0, answer.Output.Length);
        return new(ResultCode.Ok);
    }
}
