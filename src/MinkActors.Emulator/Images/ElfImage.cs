using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>One LOAD segment, inside the image.</summary>
/// <param name="Flags">Access and loader bits.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Size">Bytes in the file.</param>
internal readonly record struct ElfSegment(uint Flags, int Offset, int Size)
{
    /// <summary>The loader's mark of the segment with the properties and metadata.</summary>
    public const uint HoldsProperties = 0x0400_0000;
}

/// <summary>An ELF file as far as identification needs it: both classes, little-endian, program headers only (spec/04 section 5.3).</summary>
internal sealed class ElfImage
{
    public const ushort MachineArm = 40;
    public const ushort MachineAArch64 = 183;

    private const uint SegmentTypeLoad = 1;

    private ElfImage(List<ElfSegment> segments) => Segments = segments;

    /// <summary>The LOAD segments, in file order; each lies inside the image.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Whether the bytes are an image that could be loaded.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out ElfImage elf) => Read(image, out elf) == ResultCode.Ok;

    /// <summary>Reads the headers. 10 for nothing, 25 for another machine, 27 for anything that is no such file.</summary>
    public static ResultCode Read(ReadOnlySpan<byte> image, out ElfImage elf)
    {
        elf = null!;
        if (image.IsEmpty) return IAppLoader.Errors.InvalidBuffer;
        if (image.Length < 20 || !image[..4].SequenceEqual("\u007fELF"u8) || image[4] is not (1 or 2) || image[5] != 1) return IAppLoader.Errors.ElfLoading;
        var is64 = image[4] == 2;
        if (image.Length < (is64 ? 64 : 52)) return IAppLoader.Errors.ElfLoading;
        if (BinaryPrimitives.ReadUInt16LittleEndian(image[18..]) is not (MachineArm or MachineAArch64)) return IAppLoader.Errors.AppArchNotSupported;
        var headers = is64 ? BinaryPrimitives.ReadUInt64LittleEndian(image[32..]) : BinaryPrimitives.ReadUInt32LittleEndian(image[28..]);
        var each = BinaryPrimitives.ReadUInt16LittleEndian(image[(is64 ? 54 : 42)..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image[(is64 ? 56 : 44)..]);
        if (count > 0 && each != (is64 ? 56 : 32)) return IAppLoader.Errors.ElfLoading;
        if (!IsInside(headers, (ulong)each * count, image.Length)) return IAppLoader.Errors.ElfLoading;
        var segments = new List<ElfSegment>();
        for (var i = 0; i < count; i++)
        {
            var header = image.Slice((int)headers + i * each, each);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != SegmentTypeLoad) continue;
            var flags = BinaryPrimitives.ReadUInt32LittleEndian(header[(is64 ? 4 : 24)..]);
            var offset = is64 ? BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            var size = is64 ? BinaryPrimitives.ReadUInt64LittleEndian(header[32..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
            if (!IsInside(offset, size, image.Length)) return IAppLoader.Errors.ElfLoading;
            segments.Add(new ElfSegment(flags, (int)offset, (int)size));
        }
        elf = new ElfImage(segments);
        return ResultCode.Ok;
    }

    // Written as a difference: the sum of two hostile words could wrap.
    private static bool IsInside(ulong offset, ulong size, int length) => offset <= (ulong)length && size <= (ulong)length - offset;
}
