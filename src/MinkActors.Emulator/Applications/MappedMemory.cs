using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A region of the normal world, mapped: reached in place and by physical address, until it is unmapped (spec/01 section 9).</summary>
public sealed class MappedMemory : IDisposable
{
    private readonly SharedRegion _region;
    private readonly int _offset;
    private Capability? _mapping;

    private MappedMemory(SharedRegion region, int offset, int size, uint permissions, Capability mapping)
    {
        _region = region;
        _offset = offset;
        Size = size;
        Permissions = permissions;
        _mapping = mapping;
    }

    /// <summary>Bytes, a multiple of the page size.</summary>
    public int Size { get; }

    /// <summary>What the owner permits: read 4, write 2, execute 1.</summary>
    public uint Permissions { get; }

    /// <summary>Where it lies.</summary>
    public ulong PhysicalAddress => _region.PhysicalAddress + (ulong)_offset;

    /// <summary>The bytes to read. The owner may change them at any time: read once, then check.</summary>
    public ReadOnlySpan<byte> Bytes => Live().PeerRead.Slice(_offset, Size);

    /// <summary>The bytes to write; the owner sees them at once.</summary>
    public Span<byte> WritableBytes => Live().Peer(_offset, Size);

    /// <summary>The whole region behind the mapping.</summary>
    internal SharedRegion Region => _region;

    /// <summary>Whether two mappings have a byte in common.</summary>
    public bool Overlaps(MappedMemory other) =>
        PhysicalAddress < other.PhysicalAddress + (ulong)other.Size && other.PhysicalAddress < PhysicalAddress + (ulong)Size;

    /// <summary>Unmaps: the mapping object's id goes back with the next message to the normal world.</summary>
    public void Dispose() => Interlocked.Exchange(ref _mapping, null)?.Dispose();

    internal static async ValueTask<MappedMemory> MapAsync(SecureDomain domain, Capability memory)
    {
        using var reply = await domain.Primordial.InvokeAsync(PrimordialOperation.MapRegion, Argument.Out(MappingInfo.Size), Argument.In(memory), Argument.OutObject);
        if (!reply.IsOk) throw new MinkException(reply.Code, $"The normal world does not map {memory.Name}: {reply.Code.Describe()}.");
        var mapping = reply.TakeObject() ?? throw new MinkException(ResultCode.BadObject, "A mapping came without its object.");
        // The normal world says where; only what is really shared is believed.
        if (MappingInfo.TryRead(reply.Output(0), out var info, out _) && info.Length is > 0 and <= int.MaxValue
            && domain.Memory.TryResolve(info.Address, info.Length, out var region, out var offset))
            return new MappedMemory(region, offset, (int)info.Length, info.Permissions, mapping);
        mapping.Dispose();
        throw new MinkException(ResultCode.BadObject, $"The mapping of {memory.Name} lies where nothing is shared.");
    }

    private SharedRegion Live() => _mapping is not null && _region.IsShared ? _region : throw new MinkException(ResultCode.Defunct, "The memory is not mapped any more.");
}
