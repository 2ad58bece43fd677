using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The service as a trusted application of OP-TEE (spec 10 section 10): a session is a client.</summary>
/// <param name="service">The one state.</param>
public sealed class ProtectedMemoryApplication(ProtectedMemoryService service) : OpTeeApplication
{
    private const int RoomMax = 1 << 16;

    /// <inheritdoc/>
    public override ValueTask<TeeResult> OpenSessionAsync(OpTeeCall call)
    {
        call.State = new ProtectedClient(call.Client.VirtualMachine);
        return new(TeeResult.Success);
    }

    /// <inheritdoc/>
    public override async ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
    {
        var (input, output) = (Buffer(call, 0, OpTeeParameterType.RegisteredInput, OpTeeParameterType.TemporaryInput), Buffer(call, 1, OpTeeParameterType.RegisteredOutput, OpTeeParameterType.TemporaryOutput));
        if (call.TypeOf(2) != OpTeeParameterType.None || call.TypeOf(3) != OpTeeParameterType.None) return TeeResult.BadParameters;
        var bytes = input is null or { IsNull: true } ? [] : input.ToArray();
        // In is copied before it is judged; a wait for references ends with the client's patience, and the release goes on (O9).
        var answer = await service.InvokeAsync((ProtectedClient)call.State!, (ProtectedMemoryOperation)call.Function, bytes, output is null ? 0 : (int)Math.Min(output.Size, RoomMax)).AsTask().WaitAsync(call.Cancellation);
        if (output is null) return answer.Error.ToTee();
        var written = output.Answer(answer.Output);
        return answer.Error == ProtectedMemoryError.Ok ? written : answer.Error.ToTee();
    }

    /// <inheritdoc/>
    public override ValueTask CloseSessionAsync(OpTeeCall call) => service.EndAsync((ProtectedClient)call.State!);

    private static OpTeeMemory? Buffer(OpTeeCall call, int index, OpTeeParameterType registered, OpTeeParameterType temporary)
    {
        var type = call.TypeOf(index);
        if (type == OpTeeParameterType.None) return null;
        return type == registered || type == temporary ? call.Memory(index) : throw new OpTeeException(TeeResult.BadParameters, $"Parameter {index} is {type}.");
    }
}

/// <summary>Tells which application provides what (spec 10 section 4), as a trusted application of OP-TEE.</summary>
/// <param name="directory">What there is.</param>
public sealed class DirectoryApplication(ProviderDirectory directory) : OpTeeApplication
{
    /// <inheritdoc/>
    public override ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
    {
        if (call.Function != ProtectedMemoryLimits.QueryProvider || call.Count < 2) return new(TeeResult.BadParameters);
        var answer = directory.Query(call.Memory(0).ToArray());
        if (answer.Error != ProtectedMemoryError.Ok) return new(answer.Error.ToTee());
        return new(call.Memory(1).Answer(answer.Output));
    }
}
