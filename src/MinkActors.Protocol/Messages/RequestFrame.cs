using System.Buffers.Binary;

namespace MinkActors.Protocol;

/// <summary>Builds the table of a request argument by argument, before anybody knows where the message will stand; header and entries are
/// written in one go at the end. For callers that add arguments over several calls and keep the payload in place meanwhile.</summary>
/// <remarks>Offsets in the table are those of the finished message. Same placement as the writers (doc 02, section 3).</remarks>
public static class RequestFrame
{
    /// <summary>An empty message of these counts: buffers of size 0, null objects.</summary>
    public static void Begin(ref ArgumentTable table, ArgumentCounts counts)
    {
        table.Start(counts);
        table.Used.Clear();
    }

    /// <summary>Places the next buffer, inputs first. Refuses what would make the message larger than <paramref name="limit"/> bytes.</summary>
    /// <param name="table">Begun with counts that have room for it.</param>
    /// <param name="position">Position among all buffers of the message: inputs, then outputs.</param>
    /// <param name="size">Bytes, or capacity in bytes.</param>
    /// <param name="limit">Largest message.</param>
    /// <param name="offset">Where its bytes stand in the message.</param>
    /// <param name="refusal">What was refused.</param>
    public static bool TryAddBuffer(ref ArgumentTable table, int position, int size, int limit, out int offset, out Refusal refusal)
    {
        offset = table.PayloadEnd;
        var end = offset + MessageLayout.Align8(size);
        if (size < 0 || end > limit)
        {
            refusal = new Refusal(position < table.Counts.InputBuffers ? RefusedField.InputBufferSize : RefusedField.OutputBufferSize, position, size, limit - offset);
            return false;
        }

        table.Used[position] = new BufferEntry(offset, size).Raw;
        table.PayloadEnd = (int)end;
        refusal = default;
        return true;
    }

    /// <summary>Names an input object.</summary>
    public static void SetInputObject(ref ArgumentTable table, int index, ObjectId id) => table.Used[table.Counts.Buffers + index] = id.Value;

    /// <summary>Says how many bytes of an output buffer are filled: never more than its capacity.</summary>
    public static void ShrinkOutput(ref ArgumentTable table, int index, int size)
    {
        var entry = table.OutputBuffer(index);
        table.Used[table.Counts.InputBuffers + index] = new BufferEntry(entry.Offset, Math.Min(size, entry.Size)).Raw;
    }

    /// <summary>Writes header and entries of a direct request; the payload stands in the buffer already.</summary>
    /// <returns>Bytes written from the start of the buffer.</returns>
    public static int WriteDirect(Span<byte> buffer, ObjectId target, Operation operation, ref readonly ArgumentTable table)
    {
        RequestHeader.Write(buffer, target, operation, table.Counts);
        return WriteEntries(buffer, DirectMessage.HeaderSize, in table);
    }

    /// <summary>Writes header and entries of a callback request, result word 0; the payload stands in the buffer already.</summary>
    /// <returns>Bytes written from the start of the buffer.</returns>
    public static int WriteCallback(Span<byte> buffer, ObjectId target, Operation operation, ref readonly ArgumentTable table)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, 0);
        RequestHeader.Write(buffer[(CallbackMessage.HeaderSize - DirectMessage.HeaderSize)..], target, operation, table.Counts);
        return WriteEntries(buffer, CallbackMessage.HeaderSize, in table);
    }

    private static int WriteEntries(Span<byte> buffer, int headerSize, ref readonly ArgumentTable table)
    {
        var own = table.UsedReadOnly;
        var entries = MessageLayout.Entries(buffer, headerSize, own.Length);
        for (var i = 0; i < own.Length; i++) entries[i] = MessageLayout.Swap(own[i]);
        return headerSize + own.Length * MessageLayout.EntrySize;
    }
}
