using System.Buffers.Binary;

namespace MinkActors.Protocol;

/// <summary>The three words that both requests begin with, apart from the result word in front of a callback's.</summary>
internal static class RequestHeader
{
    internal const int Size = 12;

    /// <summary>Starts the table and makes every object null, in the message too; buffers are written as they are added.</summary>
    internal static bool TryBegin(Span<byte> buffer, int headerSize, ArgumentCounts counts, ref ArgumentTable table, out Refusal refusal)
    {
        var start = MessageLayout.PayloadStart(counts);
        if (start > buffer.Length)
        {
            refusal = new Refusal(RefusedField.MessageSize, 0, start, buffer.Length);
            return false;
        }

        table.Start(counts);
        // The private entries of buffers too: a caller that stops half way must not find those of an earlier message.
        table.Used.Clear();
        refusal = default;
        return true;
    }

    internal static void Write(Span<byte> buffer, ObjectId target, Operation operation, ArgumentCounts counts)
    {
        var header = buffer[..Size];
        BinaryPrimitives.WriteUInt32LittleEndian(header, target.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], operation.Word);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], counts.Word);
    }

    /// <summary>Reads the three words once and starts the table from the counts. A buffer too short for its own header is empty.</summary>
    /// <param name="buffer">The whole buffer.</param>
    /// <param name="headerSize">The three words are the last of the header.</param>
    /// <param name="target">As read.</param>
    /// <param name="operation">As read.</param>
    /// <param name="table">Empty after a refusal.</param>
    /// <param name="refusal">What was refused.</param>
    internal static bool TryRead(ReadOnlySpan<byte> buffer, int headerSize, out ObjectId target, out Operation operation,
        ref ArgumentTable table, out Refusal refusal)
    {
        if (buffer.Length < headerSize)
        {
            target = default;
            operation = default;
            table.Start(default);
            refusal = new Refusal(RefusedField.MessageSize, 0, headerSize, buffer.Length);
            return false;
        }

        var header = buffer.Slice(headerSize - Size, Size);
        target = new ObjectId(BinaryPrimitives.ReadUInt32LittleEndian(header));
        operation = new Operation(BinaryPrimitives.ReadUInt32LittleEndian(header[4..]));
        var word = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        return RequestReader.TryReadCounts(word, buffer.Length, ref table, out refusal);
    }
}
