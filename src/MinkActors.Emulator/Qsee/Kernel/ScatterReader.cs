using System.Buffers.Binary;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Emulator.Qsee;

/// <summary>Memory that a buffer refers to, found by its scatter table and copied once (spec/08 section 8).</summary>
internal static class ScatterReader
{
    /// <summary>Bytes that one entry of a table may lead to.</summary>
    private const int ReferencedMax = 16 * 1024 * 1024;

    /// <summary>Follows every entry that is not empty; false when one leads nowhere, or too far.</summary>
    /// <param name="memory">Where addresses lead.</param>
    /// <param name="buffer">A private copy of the buffer in which the addresses stand.</param>
    /// <param name="table">A private copy of the table; empty for none.</param>
    /// <param name="references">As (offset in the buffer, bytes).</param>
    public static bool TryRead(QseeMemory memory, ReadOnlySpan<byte> buffer, ReadOnlySpan<byte> table, out List<(int, byte[])> references)
    {
        references = [];
        for (var at = 0; at < table.Length; at += ScatterEntry.Size)
        {
            if (!ScatterEntry.TryRead(table[at..], out var entry) || entry == default) continue;
            if (!TryFollow(memory, entry, buffer, out var content)) return false;
            references.Add(((int)entry.Offset, content));
        }
        return true;
    }

    /// <summary>The address stands in the buffer: that of the one range, or that of a list of ranges.</summary>
    private static bool TryFollow(QseeMemory memory, ScatterEntry entry, ReadOnlySpan<byte> buffer, out byte[] content)
    {
        content = [];
        var width = entry.IsWide ? 8 : 4;
        if (entry.Offset + (long)width > buffer.Length) return false;
        var at = buffer[(int)entry.Offset..];
        var address = entry.IsWide ? BinaryPrimitives.ReadUInt64LittleEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        if (entry.IsSingle) return entry.SizeOrEntries <= ReferencedMax && memory.TryCopy(address, entry.SizeOrEntries, out content);
        var step = ScatterRange.SizeOf(entry.IsWide);
        if (entry.SizeOrEntries > ReferencedMax / step || !memory.TryCopy(address, entry.SizeOrEntries * (ulong)step, out var list)) return false;
        var collected = new List<byte>();
        for (var i = 0; i < list.Length; i += step)
        {
            if (!ScatterRange.TryRead(list.AsSpan(i), entry.IsWide, out var range) || collected.Count + (long)range.Length > ReferencedMax
                || !memory.TryCopy(range.Address, range.Length, out var bytes)) return false;
            collected.AddRange(bytes);
        }
        content = [.. collected];
        return true;
    }
}
