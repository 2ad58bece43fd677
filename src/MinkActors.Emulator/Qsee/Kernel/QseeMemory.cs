using MinkActors.Emulator.ProtectedMemory;

namespace MinkActors.Emulator.Qsee;

/// <summary>Normal memory as QSEE may touch it: by physical address, and only where the whole range is normal memory and not protected.</summary>
internal sealed class QseeMemory(ISharedMemory memory, ProtectedPlatform? platform)
{
    /// <summary>Whether the whole range may be touched. No byte is always there.</summary>
    public bool Contains(ulong address, ulong size) => size == 0 || TryFind(address, size, out _, out _);

    /// <summary>Copies the range once; what the normal world does to it afterwards is not seen.</summary>
    public bool TryCopy(ulong address, ulong size, out byte[] bytes)
    {
        bytes = [];
        if (size == 0) return true;
        if (!TryFind(address, size, out var region, out var offset)) return false;
        bytes = region!.PeerRead.Slice(offset, (int)size).ToArray();
        return true;
    }

    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0) return true;
        if (!TryFind(address, (ulong)bytes.Length, out var region, out var offset)) return false;
        bytes.CopyTo(region!.Peer(offset, bytes.Length));
        return true;
    }

    private bool TryFind(ulong address, ulong size, out SharedRegion? region, out int offset)
    {
        offset = 0;
        region = null;
        return size <= int.MaxValue && platform?.IsProtected(address, size) != true && memory.TryResolve(address, size, out region, out offset);
    }
}
