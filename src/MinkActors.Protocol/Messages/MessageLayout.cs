using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MinkActors.Protocol;

/// <summary>What both messages share (doc 02, sections 2 and 3): where entries and payload stand. They differ only in the header,
/// 12 or 16 bytes, and since the payload is aligned to 8 it starts at the same place in both.</summary>
internal static class MessageLayout
{
    internal const int EntrySize = 8;
    private const int PayloadBase = 16;

    internal static int PayloadStart(ArgumentCounts counts) => PayloadBase + EntrySize * counts.Total;

    /// <summary>In 64 bits, so that a size of up to 32 bits cannot wrap (spec/11, D-02).</summary>
    internal static long Align8(long size) => (size + 7) & ~7L;

    /// <summary>The entries in place. They stand at 12 in a direct message: readable as words on every processor that .NET runs on.</summary>
    internal static Span<ulong> Entries(Span<byte> buffer, int headerSize, int count) =>
        MemoryMarshal.Cast<byte, ulong>(buffer.Slice(headerSize, EntrySize * count));

    internal static ReadOnlySpan<ulong> Entries(ReadOnlySpan<byte> buffer, int headerSize, int count) =>
        MemoryMarshal.Cast<byte, ulong>(buffer.Slice(headerSize, EntrySize * count));

    /// <summary>Between memory order, which is little-endian, and this processor's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Swap(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    internal static int EntryOffset(int headerSize, int entry) => headerSize + EntrySize * entry;

    internal static uint ReadWord(ReadOnlySpan<byte> buffer, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(buffer[offset..]);

    internal static void WriteWord(Span<byte> buffer, int offset, uint word) =>
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[offset..], word);
}
