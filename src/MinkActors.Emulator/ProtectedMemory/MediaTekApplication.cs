using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The same service behind the commands of a MediaTek-style provider (spec 10 section 11), both postings.</summary>
/// <remarks>Memory of type 2 comes from blocks that the client lends with the call that needs one more (T3).</remarks>
/// <param name="service">The one state.</param>
public sealed class MediaTekApplication(ProtectedMemoryService service) : OpTeeApplication
{
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
                if (call.Value(0).B != MediaTekCommands.StaticCarveOut) return TeeResult.NotSupported;
                var made = Allocate(client, call.Value(1).A, call.Value(0).A, block: null, out var result);
                if (made is not null) call.Value(2).A = (uint)made.Handle;
                return result;
            }
            case MediaTekCommands.ZeroedAllocate:
            {
                if (call.Value(1).A is not (MediaTekCommands.StaticCarveOut or MediaTekCommands.ContiguousArea)) return TeeResult.NotSupported;
                AddressRange? block = call.Value(1).A == MediaTekCommands.StaticCarveOut ? null : new AddressRange(call.Value(2).A, call.Value(2).B);
                var made = Allocate(client, call.Value(0).A, call.Value(0).B, block, out var result);
                if (made is null) return result;
                // R14: a client behind a mediator sees no address.
                var address = made.Segments.Count == 1 && !client.Owner.IsGuest ? made.Range.Start : 0;
                (call.Value(2).A, call.Value(2).B, call.Value(3).A) = ((ulong)made.Segments.Count, address, (uint)made.Handle);
                return result;
            }
            case MediaTekCommands.Unreference2023 or MediaTekCommands.Free:
                call.Value(1).A = Free(client, call.Value(0).A) ? 0u : 1u;    // T1
                return TeeResult.Success;
            case MediaTekCommands.GetSegments:
            {
                if (!client.Handles.TryGetValue(call.Value(0).A, out var handle)) return TeeResult.BadParameters;
                var answer = await service.InvokeAsync(client.Owner, ProtectedMemoryOperation.GetSegments, BitConverter.GetBytes(handle), (int)Math.Min(call.Memory(1).Size, int.MaxValue));
                return answer.Error == ProtectedMemoryError.Ok ? call.Memory(1).Answer(answer.Output) : answer.Error.ToTee();
            }
            case MediaTekCommands.RegionCount:
                call.Value(0).A = (ulong)service.Locked(table => table.FreeDynamicSlots);    // T3
                return TeeResult.Success;
            default:
                return TeeResult.NotSupported;
        }
    }

    /// <inheritdoc/>
    public override ValueTask CloseSessionAsync(OpTeeCall call) => service.EndAsync(((Client)call.State!).Owner);

    /// <param name="client">Who asks.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="alignment">Bytes.</param>
    /// <param name="block">Null: type 1. Else type 2, with one more block for the client's area when it has a size; it is lent only together with an allocation that fits it.</param>
    /// <param name="result">SUCCESS, or why there is no region.</param>
    private ProtectedRegion? Allocate(Client client, ulong size, ulong alignment, AddressRange? block, out TeeResult result)
    {
        var request = new AllocateRequest(size, alignment, ProtectedUseCase.SecureVideoPlayback, ProtectedMemoryLimits.SeveralSegments);
        var (error, made) = service.Locked(table =>
        {
            var error = ProtectedMemoryError.Ok;
            ProtectedPool? lent = null;
            if (block is { Size: > 0 } next) error = table.LendBlock(client.Owner, request.UseCase, next, out lent);
            ProtectedRegion? region = null;
            if (error == ProtectedMemoryError.Ok) error = table.Allocate(client.Owner, request, [], fromBlocks: block is not null, out region);
            if (error != ProtectedMemoryError.Ok && lent is not null) table.ReturnBlock(lent);
            return (error, region);
        });
        result = error.ToTee();
        if (error != ProtectedMemoryError.Ok) return null;
        client.Handles[(uint)made!.Handle] = made.Handle;
        return made;
    }

    private bool Free(Client client, ulong index) => client.Handles.Remove(index, out var handle)
        && service.Locked(table => table.Release(client.Owner, handle, ReleaseFlags.InBackground, isAllocation: true, out _)) == ProtectedMemoryError.Ok;

    /// <summary>A session, and its handles by their low halves.</summary>
    private sealed record Client(ProtectedClient Owner, Dictionary<ulong, ulong> Handles);
}
