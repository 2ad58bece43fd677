using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The same service behind the commands of a MediaTek-style provider (spec 10 section 11), both postings.</summary>
/// <remarks>Areas carved from a contiguous area of the client (type 2) are not served: NOT_SUPPORTED.</remarks>
/// <param name="service">The one state.</param>
public sealed class MediaTekApplication(ProtectedMemoryService service) : OpTeeApplication
{
    private const ulong StaticCarveOut = 1;

    /// <inheritdoc/>
    public override ValueTask<TeeResult> OpenSessionAsync(OpTeeCall call)
    {
        call.State = new Client(new ProtectedClient(call.Client.VirtualMachine), []);
        return new(TeeResult.Success);
    }

    /// <inheritdoc/>
    public override async ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
    {
        if (call.Count != MediaTekCommands.Parameters) return TeeResult.BadParameters;
        var client = (Client)call.State!;
        switch (call.Function)
        {
            case MediaTekCommands.ZeroedAllocate2023:
            {
                if (call.Value(0).B != StaticCarveOut) return TeeResult.NotSupported;
                var (result, made) = await AllocateAsync(client, call.Value(1).A, call.Value(0).A);
                if (result == TeeResult.Success) call.Value(2).A = (uint)made.Handle;
                return result;
            }
            case MediaTekCommands.ZeroedAllocate:
            {
                if (call.Value(1).A != StaticCarveOut) return TeeResult.NotSupported;
                var (result, made) = await AllocateAsync(client, call.Value(0).A, call.Value(0).B);
                if (result != TeeResult.Success) return result;
                (call.Value(2).A, call.Value(2).B, call.Value(3).A) = (made.Segments, made.Segments == 1 ? made.Address : 0, (uint)made.Handle);
                return result;
            }
            case MediaTekCommands.Unreference2023 or MediaTekCommands.Free:
                call.Value(1).A = await FreeAsync(client, call.Value(0).A) ? 0u : 1u;    // T1
                return TeeResult.Success;
            case MediaTekCommands.GetSegments:
            {
                if (!client.Handles.TryGetValue(call.Value(0).A, out var handle)) return TeeResult.BadParameters;
                var answer = await service.InvokeAsync(client.Owner, ProtectedMemoryOperation.GetSegments, BitConverter.GetBytes(handle), (int)Math.Min(call.Memory(1).Size, int.MaxValue));
                return answer.Error == ProtectedMemoryError.Ok ? call.Memory(1).Answer(answer.Output) : answer.Error.ToTee();
            }
            case MediaTekCommands.RegionCount:
                call.Value(0).A = (ulong)(service.Platform.Options.DynamicSlotCount - (service.SlotsUsed - service.Platform.Options.CarveOuts.Count));    // T3
                return TeeResult.Success;
            default:
                return TeeResult.NotSupported;
        }
    }

    /// <inheritdoc/>
    public override ValueTask CloseSessionAsync(OpTeeCall call) => service.EndAsync(((Client)call.State!).Owner);

    private async ValueTask<(TeeResult Result, AllocateAnswer Made)> AllocateAsync(Client client, ulong size, ulong alignment)
    {
        var input = new byte[AllocateRequest.HeaderSize];
        new AllocateRequest(size, alignment, ProtectedUseCase.SecureVideoPlayback, ProtectedMemoryLimits.SeveralSegments).Write(input, []);
        var answer = await service.InvokeAsync(client.Owner, ProtectedMemoryOperation.Allocate, input, AllocateAnswer.Size);
        if (answer.Error != ProtectedMemoryError.Ok || !AllocateAnswer.TryRead(answer.Output, out var made)) return (answer.Error.ToTee(), default);
        client.Handles[(uint)made.Handle] = made.Handle;
        return (TeeResult.Success, made);
    }

    private async ValueTask<bool> FreeAsync(Client client, ulong index)
    {
        if (!client.Handles.Remove(index, out var handle)) return false;
        var input = new byte[HandleRequest.Size];
        HandleRequest.Release(handle, ReleaseFlags.InBackground).Write(input);
        return (await service.InvokeAsync(client.Owner, ProtectedMemoryOperation.Free, input, 0)).Error == ProtectedMemoryError.Ok;
    }

    /// <summary>A session, and its handles by their low halves.</summary>
    private sealed record Client(ProtectedClient Owner, Dictionary<ulong, ulong> Handles);
}
