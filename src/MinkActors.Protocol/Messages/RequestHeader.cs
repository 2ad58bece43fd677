using System.Runtime.CompilerServices;

namespace MinkActors.Protocol;

/// <summary>The three words that both requests have: object, op, counts. A callback has its result word in front of them.</summary>
internal static class RequestHeader
{
    private const int CountsOffset = 8;
    private const uint CountsBits = 0xFFFF;

    /// <summary>Starts the table and writes the words. Refuses counts that leave no room for their own entries; writes nothing then.</summary>
    internal static bool TryWrite(Span<byte> buffer, int headerSize, ObjectId target, Operation operation, ArgumentCounts counts, ref ArgumentTable table)
    {
        if (MessageLayout.PayloadStart(counts) > buffer.Length) return false;
        table.Start(counts);
        // A caller that stops half way must not find the entries of an earlier message. A loop, because two or three entries are the rule.
        for (var i = counts.Total - 1; i >= 0; i--) table.Entry(i) = 0;
        ref var words = ref Unsafe.Add(ref MessageLayout.Start(buffer), headerSize - DirectMessage.HeaderSize);
        Unsafe.WriteUnaligned(ref words, MessageLayout.Swap(target.Value | (ulong)operation.Word << 32));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref words, CountsOffset), SwapWord(counts.Word));
        return true;
    }

    /// <summary>Reads each word once and starts the table. False when the entries cannot be read at all: the table is empty then, and
    /// <see cref="Explain"/> says why.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryRead(ReadOnlySpan<byte> buffer, int headerSize, out ObjectId target, out Operation operation,
        ref ArgumentTable table, out uint countsWord)
    {
        // No message is shorter than this, and either header fits into it.
        if (buffer.Length < MessageLayout.PayloadBase)
        {
            target = default;
            operation = default;
            countsWord = 0;
            table.Start(default);
            return false;
        }

        ref var words = ref Unsafe.Add(ref MessageLayout.Start(buffer), headerSize - DirectMessage.HeaderSize);
        var first = MessageLayout.Swap(Unsafe.ReadUnaligned<ulong>(ref words));
        target = new ObjectId((uint)first);
        operation = new Operation((uint)(first >> 32));
        countsWord = SwapWord(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref words, CountsOffset)));
        var counts = ArgumentCounts.Truncate(countsWord);
        if (countsWord <= CountsBits && MessageLayout.PayloadStart(counts) <= buffer.Length)
        {
            table.Start(counts);
            return true;
        }

        table.Start(default);
        return false;
    }

    /// <summary>Why a header was refused; the counts word is the one that was read, for the memory may have changed since.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Refusal Explain(int bufferSize, uint countsWord) =>
        ArgumentCounts.TryParse(countsWord, out var counts, out var refusal)
            ? new Refusal(RefusedField.MessageSize, 0, MessageLayout.PayloadStart(counts), bufferSize)
            : refusal;

    private static uint SwapWord(uint word) =>
        BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
}
