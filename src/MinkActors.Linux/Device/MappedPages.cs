using System.Buffers;
using System.Runtime.InteropServices;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Device;

/// <summary>Pages of a file in memory, mapped here. Unmapped by the collector only: whoever still has a region over them reads zeros, never faults.</summary>
internal sealed unsafe class MappedPages : MemoryManager<byte>
{
    private readonly Mapping _mapping;

    private MappedPages(Mapping mapping) => _mapping = mapping;

    /// <summary>Maps the whole of a file, shared and writable; null when the kernel refuses.</summary>
    /// <param name="descriptor">Borrowed for the call. Its size must be sealed: a file that shrinks under a mapping ends the process.</param>
    public static MappedPages? Map(int descriptor, int size)
    {
        var start = MemoryMaps.Map(null, (nuint)size, MemoryMaps.ReadWriteProtection, MemoryMaps.Shared, descriptor, 0);
        return start == MemoryMaps.Failed ? null : new MappedPages(new Mapping((nint)start, size));
    }

    public override Span<byte> GetSpan() => new((void*)_mapping.DangerousGetHandle(), _mapping.Size);

    /// <summary>Gives the memory back at once; the addresses stay valid and read zero.</summary>
    public void Discard() => _ = MemoryMaps.Advise((void*)_mapping.DangerousGetHandle(), (nuint)_mapping.Size, MemoryMaps.AdviseRemove);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_mapping.DangerousGetHandle() + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        // Explicit disposal would take the pages from under a region that is still in use.
    }

    private sealed class Mapping : SafeHandle
    {
        public Mapping(nint start, int size) : base(-1, ownsHandle: true)
        {
            Size = size;
            SetHandle(start);
            GC.AddMemoryPressure(size);
        }

        public int Size { get; }

        public override bool IsInvalid => handle == -1;

        protected override bool ReleaseHandle()
        {
            GC.RemoveMemoryPressure(Size);
            return MemoryMaps.Unmap((void*)handle, (nuint)Size) == 0;
        }
    }
}
