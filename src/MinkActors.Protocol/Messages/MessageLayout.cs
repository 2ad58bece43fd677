using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MinkActors.Protocol;

/// <summary>What both messages share (doc 02, sections 2 and 3): where entries and payload stand. They differ only in the header,
/// 12 or 16 bytes, and since the payload is aligned to 8 it starts at the same place in both.</summary>
/// <remarks>Entries are read and written without a bounds check each, because this is the hottest path there is. It is sound when the caller has
/// checked once that <see cref="PayloadStart"/> of the counts lies within the buffer: every entry of those counts ends before it.</remarks>
internal static class MessageLayout
{
    internal const int EntrySize = 8;

    /// <summary>No message is smaller: where the payload of one without arguments starts.</summary>
    internal const int PayloadBase = 16;

    internal static int PayloadStart(ArgumentCounts counts) => PayloadBase + EntrySize * counts.Total;

    /// <summary>In 64 bits, so that a size of up to 32 bits cannot wrap (spec/11, D-02).</summary>
    internal static long Align8(long size) => (size + 7) & ~7L;

    internal static int EntryOffset(int headerSize, int entry) => headerSize + EntrySize * entry;

    /// <summary>An entry of shared memory, read once, in one piece; low word first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong ReadEntry(ref byte start, int headerSize, int entry) =>
        Swap(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, EntryOffset(headerSize, entry))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteEntry(ref byte start, int headerSize, int entry, ulong raw) =>
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, EntryOffset(headerSize, entry)), Swap(raw));

    internal static uint ReadWord(ReadOnlySpan<byte> buffer, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(buffer[offset..]);

    internal static void WriteWord(Span<byte> buffer, int offset, uint word) =>
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[offset..], word);

    internal static ref byte Start(ReadOnlySpan<byte> buffer) => ref MemoryMarshal.GetReference(buffer);

    /// <summary>Between memory order, which is little-endian, and this processor's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Swap(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
}
