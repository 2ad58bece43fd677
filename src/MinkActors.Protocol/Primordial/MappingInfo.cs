using System.Buffers.Binary;

namespace MinkActors.Protocol;

/// <summary>What MAP_REGION answers in its output buffer (doc 01, section 9). Packed: 20 bytes on the wire.</summary>
/// <param name="Address">Physical address, page aligned.</param>
/// <param name="Length">Bytes, a multiple of the page size.</param>
/// <param name="Permissions">Bits: 4 read, 2 write, 1 execute.</param>
public readonly record struct MappingInfo(ulong Address, ulong Length, uint Permissions)
{
    /// <summary>Bytes used; the secure side may offer more.</summary>
    public const int Size = 20;

    /// <summary>What regions are mapped with: read and write.</summary>
    public const uint ReadWrite = 6;

    /// <summary>Fills 20 bytes and zeroes the rest; the size of the output buffer stays as offered. Refuses fewer than 20, and writes nothing then.</summary>
    public bool TryWrite(Span<byte> output, out Refusal refusal)
    {
        if (!HasRoom(output.Length, RefusedField.OutputBufferSize, out refusal)) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(output, Address);
        BinaryPrimitives.WriteUInt64LittleEndian(output[8..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(output[16..], Permissions);
        output[Size..].Clear();
        return true;
    }

    /// <summary>Reads the first 20 bytes and ignores the rest. Refuses fewer. Says nothing about alignment.</summary>
    public static bool TryRead(ReadOnlySpan<byte> output, out MappingInfo info, out Refusal refusal)
    {
        info = default;
        if (!HasRoom(output.Length, RefusedField.OutputBufferSize, out refusal)) return false;
        info = new MappingInfo(BinaryPrimitives.ReadUInt64LittleEndian(output), BinaryPrimitives.ReadUInt64LittleEndian(output[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(output[16..]));
        return true;
    }

    private static bool HasRoom(int size, RefusedField field, out Refusal refusal)
    {
        refusal = size >= Size ? default : new Refusal(field, 0, size, Size);
        return size >= Size;
    }
}
