using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A region of the normal world, mapped: reached in place and by physical address, until it is unmapped (spec/01 section 9).</summary>
public sealed class MappedMemory : IDisposable
{
    private const uint PermissionRead = 4, PermissionWrite = 2;

    private readonly MappedRange _range;
    private Capability? _mapping;

    private MappedMemory(MappedRange range, MappingInfo info, Capability mapping)
    {
        _range = range;
        PhysicalAddress = info.Address;
        Size = (int)info.Length;
        Permissions = info.Permissions;
        _mapping = mapping;
    }

    /// <summary>Bytes, a multiple of the page size.</summary>
    public int Size { get; }

    /// <summary>What the owner permits: read 4, write 2, execute 1.</summary>
    public uint Permissions { get; }

    /// <summary>Where it lies.</summary>
    public ulong PhysicalAddress { get; }

    /// <summary>The bytes to read. The owner may change them at any time: read once, then check.</summary>
    /// <exception cref="MinkException">Unmapped, revoked, or mapped without the permission to read.</exception>
    public ReadOnlySpan<byte> Bytes => Live(PermissionRead).PeerRead.Slice(_range.Offset, Size);

    /// <summary>The bytes to write; the owner sees them at once, unless they are protected.</summary>
    /// <exception cref="MinkException">Unmapped, revoked, or mapped without the permission to write.</exception>
    public Span<byte> WritableBytes => Live(PermissionWrite).Peer(_range.Offset, Size);

    /// <summary>Whether two mappings have a byte in common.</summary>
    public bool Overlaps(MappedMemory other) =>
        PhysicalAddress < other.PhysicalAddress + (ulong)other.Size && other.PhysicalAddress < PhysicalAddress + (ulong)Size;

    /// <summary>Unmaps: the mapping object's id goes back with the next message to the normal world.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _mapping, null) is not { } mapping) return;
        _range.Release();
        mapping.Dispose();
    }

    internal static async ValueTask<MappedMemory> MapAsync(SecureDomain domain, Capability memory)
    {
        var (info, mapping) = await AskAsync(domain, memory);
        // The normal world says where; only what is really shared is believed.
        if (info.Length is > 0 and <= int.MaxValue && TryFind(domain, new AddressRange(info.Address, info.Length), out var range)) return new MappedMemory(range, info, mapping);
        mapping.Dispose();
        throw new MinkException(ResultCode.BadObject, $"The mapping of {memory.Name} lies where nothing is shared.");
    }

    /// <summary>Asks the normal world for the place of a memory object, and for the reference that keeps it there: the caller's to dispose.</summary>
    internal static async ValueTask<(MappingInfo Info, Capability Mapping)> AskAsync(SecureDomain domain, Capability memory)
    {
        using var reply = await domain.Primordial.InvokeAsync(PrimordialOperation.MapRegion, Argument.Out(MappingInfo.Size), Argument.In(memory), Argument.OutObject);
        if (!reply.IsOk) throw new MinkException(reply.Code, $"The normal world does not map {memory.Name}: {reply.Code.Describe()}.");
        var mapping = reply.TakeObject() ?? throw new MinkException(ResultCode.BadObject, "A mapping came without its object.");
        if (MappingInfo.TryRead(reply.Output(0), out var info, out _)) return (info, mapping);
        mapping.Dispose();
        throw new MinkException(ResultCode.BadObject, $"The mapping of {memory.Name} came without its place.");
    }

    private static bool TryFind(SecureDomain domain, AddressRange place, out MappedRange range)
    {
        if (domain.ProtectedMemory is { } service) return service.TryMap(place, domain.Memory, out range);
        var isShared = domain.Memory.TryResolve(place.Start, place.Size, out var region, out var offset);
        range = isShared ? new MappedRange(region!, offset, null, null) : null!;
        return isShared;
    }

    private SharedRegion Live(uint permission)
    {
        if (_mapping is null || !_range.IsLive) throw new MinkException(ResultCode.Defunct, "The memory is not mapped any more.");
        return (Permissions & permission) != 0 ? _range.Region : throw new MinkException(ResultCode.Error, $"The memory is mapped with permissions {Permissions}, {permission} is needed.");
    }
}
