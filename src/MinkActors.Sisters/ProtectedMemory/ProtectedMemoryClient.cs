using System.Text;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>One client of a provider of protected memory: the operations of spec 10 section 5 over some carrier.</summary>
/// <remarks>Any thread. What it made is let go when it is disposed, in the background where something still uses it (O7). Every
/// refusal is a <see cref="ProtectedMemoryException"/> with the provider's error; failures of the path are the carrier's exceptions.</remarks>
public class ProtectedMemoryClient : IAsyncDisposable
{
    private readonly IProtectedMemoryCarrier _carrier;

    /// <param name="carrier">A session with the provider; the client's from here on.</param>
    /// <param name="provider">What the directory told.</param>
    public ProtectedMemoryClient(IProtectedMemoryCarrier carrier, ProviderDescription provider)
    {
        ArgumentNullException.ThrowIfNull(carrier);
        (_carrier, Provider) = (carrier, provider);
    }

    /// <summary>What the directory told of the provider.</summary>
    public ProviderDescription Provider { get; }

    /// <summary>Slots, pools and limits.</summary>
    public async Task<ProtectedMemoryInfo> GetInfoAsync(CallOptions options = default) =>
        ProtectedMemoryInfo.TryRead(await AskAsync(ProtectedMemoryOperation.GetInfo, default, ProtectedMemoryInfo.Size, options), out var info) ? info : throw Garbled(ProtectedMemoryOperation.GetInfo);

    /// <summary>What regions of a use case are like: asked for the count of attributes first, then for them (section 12).</summary>
    public async Task<(UseCaseConfig Config, uint[] Attributes)> GetUseCaseConfigAsync(ProtectedUseCase useCase, CallOptions options = default)
    {
        var input = new byte[8];
        BitConverter.TryWriteBytes(input, (uint)useCase);
        var reply = await _carrier.InvokeAsync(ProtectedMemoryOperation.GetUseCaseConfig, input, UseCaseConfig.HeaderSize, options);
        if (reply.Error == ProtectedMemoryError.ShortBuffer)
        {
            // Over Mink an error has no outputs, so the count may not have come: a page has room for any that is real.
            var words = reply.Output.Length >= UseCaseConfig.HeaderSize ? BitConverter.ToUInt32(reply.Output, UseCaseConfig.HeaderSize - sizeof(uint)) : 1000;
            reply = await _carrier.InvokeAsync(ProtectedMemoryOperation.GetUseCaseConfig, input, UseCaseConfig.HeaderSize + (int)Math.Min(words, 1000) * sizeof(uint), options);
        }
        if (reply.Error != ProtectedMemoryError.Ok) throw new ProtectedMemoryException(reply.Error, $"No configuration of use case {useCase}");
        if (!UseCaseConfig.TryRead(reply.Output, out var config, out var attributes) || config.AddressBits is 0 or > 64) throw Garbled(ProtectedMemoryOperation.GetUseCaseConfig);
        return (config, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(attributes).ToArray());
    }

    /// <summary>Protects a range of physical addresses. The same again, by the same client, is one more handle on the same region (R5).</summary>
    public Task<ProtectAnswer> ProtectAsync(ProtectedUseCase useCase, ulong address, ulong size, IReadOnlyList<DeviceGrant>? grants = null, CallOptions options = default) =>
        ProtectAsync(new ProtectRequest(useCase, 0, address, size), grants, _carrier.InvokeAsync, options);

    /// <summary>Ends a protection that <see cref="ProtectAsync(ProtectedUseCase, ulong, ulong, IReadOnlyList{DeviceGrant}?, CallOptions)"/> began.</summary>
    /// <param name="handle">Its handle.</param>
    /// <param name="flags">Whether to wait for references that are left (O6). Over Mink and OP-TEE a wait keeps its slot or thread all the while, and
    /// giving references back needs one too: wait for few at once, or release in the background.</param>
    /// <param name="options">Cancelling ends the wait; the region goes all the same (O9).</param>
    public Task UnprotectAsync(ulong handle, ReleaseFlags flags = ReleaseFlags.Wait, CallOptions options = default) =>
        AskAsync(ProtectedMemoryOperation.Unprotect, HandleRequest.Release(handle, flags), options);

    /// <summary>Allocates from the pool of a use case.</summary>
    public async Task<AllocateAnswer> AllocateAsync(ProtectedUseCase useCase, ulong size, ulong alignment = 0, bool inSegments = false, IReadOnlyList<DeviceGrant>? grants = null, CallOptions options = default)
    {
        DeviceGrant[] list = [.. grants ?? []];
        var input = new byte[AllocateRequest.HeaderSize + (DeviceGrant.Size * list.Length)];
        new AllocateRequest(size, alignment, useCase, inSegments ? ProtectedMemoryLimits.SeveralSegments : 0).Write(input, list);
        return AllocateAnswer.TryRead(await AskAsync(ProtectedMemoryOperation.Allocate, input, AllocateAnswer.Size, options), out var made) ? made : throw Garbled(ProtectedMemoryOperation.Allocate);
    }

    /// <summary>Frees an allocation; as <see cref="UnprotectAsync"/>.</summary>
    public Task FreeAsync(ulong handle, ReleaseFlags flags = ReleaseFlags.Wait, CallOptions options = default) =>
        AskAsync(ProtectedMemoryOperation.Free, HandleRequest.Release(handle, flags), options);

    /// <summary>Where an allocation lies.</summary>
    public async Task<ProtectedSegment[]> GetSegmentsAsync(ulong handle, CallOptions options = default)
    {
        var bytes = await AskAsync(ProtectedMemoryOperation.GetSegments, BitConverter.GetBytes(handle), ProtectedSegment.Size * ProtectedMemoryLimits.SegmentsMax, options);
        if (bytes.Length == 0 || bytes.Length % ProtectedSegment.Size != 0 || bytes.Length > ProtectedSegment.Size * ProtectedMemoryLimits.SegmentsMax) throw Garbled(ProtectedMemoryOperation.GetSegments);
        var segments = new ProtectedSegment[bytes.Length / ProtectedSegment.Size];
        for (var i = 0; i < segments.Length; i++) ProtectedSegment.TryRead(bytes.AsSpan(i * ProtectedSegment.Size), out segments[i]);
        return segments;
    }

    /// <summary>Lets a device at a region, or changes what it may do there.</summary>
    public Task GrantAsync(ulong handle, DeviceGrant grant, CallOptions options = default) => AskAsync(ProtectedMemoryOperation.Grant, HandleRequest.Grant(handle, grant), options);

    /// <summary>Takes a device's rights away: effective when this returns.</summary>
    public Task RevokeAsync(ulong handle, uint device, CallOptions options = default) => AskAsync(ProtectedMemoryOperation.Revoke, HandleRequest.Revoke(handle, device), options);

    /// <summary>What the provider knows of a region.</summary>
    public async Task<(RegionDescription Region, DeviceGrant[] Grants)> QueryAsync(ulong handle, CallOptions options = default)
    {
        var room = RegionDescription.HeaderSize + (DeviceGrant.Size * ProtectedMemoryLimits.GrantsMax);
        if (!RegionDescription.TryRead(await AskAsync(ProtectedMemoryOperation.QueryRegion, BitConverter.GetBytes(handle), room, options), out var region, out var list)) throw Garbled(ProtectedMemoryOperation.QueryRegion);
        var grants = new DeviceGrant[list.Count];
        for (var i = 0; i < grants.Length; i++) grants[i] = list[i];
        return (region, grants);
    }

    /// <summary>The id of a device by its compatible string.</summary>
    public async Task<uint> ResolveDeviceAsync(string compatible, CallOptions options = default)
    {
        var bytes = await AskAsync(ProtectedMemoryOperation.ResolveDevice, Encoding.UTF8.GetBytes(compatible), sizeof(uint), options);
        return bytes.Length == sizeof(uint) ? BitConverter.ToUInt32(bytes) : throw Garbled(ProtectedMemoryOperation.ResolveDevice);
    }

    /// <summary>Holds a region beside its handle.</summary>
    public Task AddReferenceAsync(ulong handle, CallOptions options = default) => AskAsync(ProtectedMemoryOperation.AddReference, BitConverter.GetBytes(handle), 0, options);

    /// <summary>Drops one <see cref="AddReferenceAsync"/>.</summary>
    public Task DropReferenceAsync(ulong handle, CallOptions options = default) => AskAsync(ProtectedMemoryOperation.DropReference, BitConverter.GetBytes(handle), 0, options);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _carrier.DisposeAsync();
    }

    /// <summary>Protect, by whichever call carries it.</summary>
    private protected static async Task<ProtectAnswer> ProtectAsync(ProtectRequest request, IReadOnlyList<DeviceGrant>? grants,
        Func<ProtectedMemoryOperation, ReadOnlyMemory<byte>, int, CallOptions, ValueTask<ProtectedMemoryReply>> ask, CallOptions options)
    {
        DeviceGrant[] list = [.. grants ?? []];
        var input = new byte[ProtectRequest.HeaderSize + (DeviceGrant.Size * list.Length)];
        request.Write(input, list);
        var reply = await ask(ProtectedMemoryOperation.Protect, input, ProtectAnswer.Size, options);
        if (reply.Error != ProtectedMemoryError.Ok) throw new ProtectedMemoryException(reply.Error, $"{request.ByteSize} bytes at 0x{request.Address:X} are not protected");
        return ProtectAnswer.TryRead(reply.Output, out var made) ? made : throw Garbled(ProtectedMemoryOperation.Protect);
    }

    private Task AskAsync(ProtectedMemoryOperation operation, HandleRequest request, CallOptions options)
    {
        var input = new byte[HandleRequest.Size];
        request.Write(input);
        return AskAsync(operation, input, 0, options);
    }

    private async Task<byte[]> AskAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, CallOptions options)
    {
        var reply = await _carrier.InvokeAsync(operation, input, room, options);
        return reply.Error == ProtectedMemoryError.Ok ? reply.Output : throw new ProtectedMemoryException(reply.Error, $"The provider refused {operation}");
    }

    private static InvalidDataException Garbled(ProtectedMemoryOperation operation) => new($"The provider's answer to {operation} is none.");
}
