using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom;

/// <summary>One entry of a scatter table: where in the buffer an address stands, and what is behind it (spec 08 section 8).</summary>
/// <param name="Offset">Offset into the listener's or the app's buffer, below 2^30.</param>
/// <param name="IsSingle">True: one contiguous range. False: the address is that of a list.</param>
/// <param name="IsWide">True when addresses are 64 bits wide.</param>
/// <param name="SizeOrEntries">Size of the range in bytes, or number of list entries.</param>
public readonly record struct ScatterEntry(uint Offset, bool IsSingle, bool IsWide, uint SizeOrEntries)
{
    /// <summary>Bytes of an entry.</summary>
    public const int Size = 8;
    /// <summary>Bytes of a table.</summary>
    public const int TableSize = Size * QseecomLimits.ScatterEntries;
    /// <summary>The largest offset.</summary>
    public const uint OffsetMax = (1u << 30) - 1;

    /// <summary>Writes the entry; refused when there is no room or the offset does not fit 30 bits.</summary>
    public bool TryWrite(Span<byte> image, out QseecomRefusal refusal)
    {
        refusal = image.Length < Size ? new(QseecomField.Image, 0, image.Length, Size)
            : Offset > OffsetMax ? new(QseecomField.Scatter, 0, Offset, OffsetMax) : default;
        if (!refusal.IsNone)
        {
            return false;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(image, (IsSingle ? 1u << 31 : 0) | (IsWide ? 1u << 30 : 0) | Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(image[4..], SizeOrEntries);
        return true;
    }

    /// <summary>Reads one entry of at least 8 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out ScatterEntry entry)
    {
        entry = default;
        if (image.Length < Size)
        {
            return false;
        }
        var index = BinaryPrimitives.ReadUInt32LittleEndian(image);
        entry = new(index & OffsetMax, index >> 31 != 0, ((index >> 30) & 1) != 0, BinaryPrimitives.ReadUInt32LittleEndian(image[4..]));
        return true;
    }
}

/// <summary>One range of a scatter list: 8 bytes with 32-bit addresses, 12 packed bytes with 64-bit ones.</summary>
public readonly record struct ScatterRange(ulong Address, uint Length)
{
    /// <summary>Bytes of a range in a list.</summary>
    public static int SizeOf(bool wide) => wide ? 12 : 8;

    /// <summary>Writes the range; refused when there is no room or the address does not fit.</summary>
    public bool TryWrite(Span<byte> image, bool wide, out QseecomRefusal refusal)
    {
        refusal = image.Length < SizeOf(wide) ? new(QseecomField.Image, 0, image.Length, SizeOf(wide))
            : !wide && Address > uint.MaxValue ? new(QseecomField.Scatter, 0, (long)Address, uint.MaxValue) : default;
        if (!refusal.IsNone)
        {
            return false;
        }
        if (wide)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(image, Address);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image, (uint)Address);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(image[(wide ? 8 : 4)..], Length);
        return true;
    }

    /// <summary>Reads one range.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, bool wide, out ScatterRange range)
    {
        range = default;
        if (image.Length < SizeOf(wide))
        {
            return false;
        }
        range = wide
            ? new(BinaryPrimitives.ReadUInt64LittleEndian(image), BinaryPrimitives.ReadUInt32LittleEndian(image[8..]))
            : new(BinaryPrimitives.ReadUInt32LittleEndian(image), BinaryPrimitives.ReadUInt32LittleEndian(image[4..]));
        return true;
    }
}
