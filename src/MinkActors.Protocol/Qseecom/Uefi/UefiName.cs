using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom.Uefi;

/// <summary>Variable names on the wire: UTF-16LE with a terminator. Compared unit by unit, never as text.</summary>
public static class UefiName
{
    /// <summary>Writes the name and its terminator; the caller has made sure of 2 × (length + 1) bytes of room.</summary>
    public static int Encode(ReadOnlySpan<char> name, Span<byte> bytes)
    {
        for (var i = 0; i < name.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], name[i]);
        }
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * name.Length)..], 0);
        return 2 * (name.Length + 1);
    }

    /// <summary>Copies up to <paramref name="units"/>.Length units out of name bytes, terminator excluded; returns how many
    /// units the name has.</summary>
    public static int Decode(ReadOnlySpan<byte> bytes, Span<char> units)
    {
        var end = TerminatorAt(bytes);
        var count = end < 0 ? bytes.Length / 2 : end / 2;
        for (var i = 0; i < count && i < units.Length; i++)
        {
            units[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
        }
        return count;
    }

    /// <summary>Byte offset of the first zero unit, or -1.</summary>
    public static int TerminatorAt(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i + 1 < bytes.Length; i += 2)
        {
            if (bytes[i] == 0 && bytes[i + 1] == 0)
            {
                return i;
            }
        }
        return -1;
    }
}
