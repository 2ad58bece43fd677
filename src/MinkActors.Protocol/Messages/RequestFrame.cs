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
        if (counts.Total > 0) table.Used.Clear();
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

        table.Entry(position) = new BufferEntry(offset, size).Raw;
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
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: the buffer is smaller than the message.</exception>
    public static void WriteDirect(Span<byte> buffer, ObjectId target, Operation operation, ref ArgumentTable table) =>
        Write(buffer[..table.PayloadEnd], DirectMessage.HeaderSize, target, operation, ref table);

    /// <summary>Writes header and entries of a callback request, result word 0; the payload stands in the buffer already.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: the buffer is smaller than the message.</exception>
    public static void WriteCallback(Span<byte> buffer, ObjectId target, Operation operation, ref ArgumentTable table)
    {
        MessageLayout.WriteWord(buffer, 0, 0);
        Write(buffer[..table.PayloadEnd], CallbackMessage.HeaderSize, target, operation, ref table);
    }

    private static void Write(Span<byte> message, int headerSize, ObjectId target, Operation operation, ref ArgumentTable table)
    {
        MessageLayout.WriteWord(message, headerSize - 12, target.Value);
        MessageLayout.WriteWord(message, headerSize - 8, operation.Word);
        MessageLayout.WriteWord(message, headerSize - 4, table.Counts.Word);
        ref var start = ref MessageLayout.Start(message);
        var entries = table.Used;
        for (var i = 0; i < entries.Length; i++) MessageLayout.WriteEntry(ref start, headerSize, i, entries[i]);
    }
}
