using System.Runtime.CompilerServices;

namespace MinkActors.Protocol;

/// <summary>Writes a request: its table grows argument by argument, before anybody knows where the message will stand; header and
/// entries are written in one go at the end. The payload is the caller's to put where the table says.</summary>
/// <remarks>Offsets are those of the finished message: arguments in order, each at a multiple of 8 (doc 02, section 3).</remarks>
public static class RequestFrame
{
    /// <summary>An empty message of these counts: buffers of size 0, null objects.</summary>
    public static void Begin(ref ArgumentTable table, ArgumentCounts counts)
    {
        table.Start(counts);
        // A loop, because two or three entries are the rule.
        for (var i = counts.Total - 1; i >= 0; i--) table.Entry(i) = 0;
    }

    /// <summary>Places the next buffer, inputs first. Refuses what would make the message larger than <paramref name="limit"/> bytes.</summary>
    /// <param name="table">Begun with counts that have room for it.</param>
    /// <param name="position">Position among all buffers of the message: inputs, then outputs.</param>
    /// <param name="size">Bytes, or capacity in bytes.</param>
    /// <param name="limit">Largest message.</param>
    /// <param name="offset">Where its bytes stand in the message.</param>
    /// <param name="refusal">What was refused.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryAddBuffer(ref ArgumentTable table, int position, int size, int limit, out int offset, out Refusal refusal)
    {
        offset = table.PayloadEnd;
        var end = offset + MessageLayout.Align8((uint)size);
        if (end > limit || (uint)position >= (uint)table.Counts.Buffers)
        {
            refusal = Explain(in table, position, size, limit);
            return false;
        }

        table.Entry(position) = new BufferEntry(offset, size).Raw;
        table.PayloadEnd = (int)end;
        refusal = default;
        return true;
    }

    /// <summary>Names an input object.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: the counts have no such object.</exception>
    public static void SetInputObject(ref ArgumentTable table, int index, ObjectId id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)table.Counts.InputObjects, nameof(index));
        table.Entry(table.Counts.Buffers + index) = id.Value;
    }

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
        var counts = table.Counts;
        var total = counts.Total;
        // Header and entries end where the payload starts. Not so far: a table that nobody began.
        ArgumentOutOfRangeException.ThrowIfLessThan(message.Length, MessageLayout.PayloadStart(counts), nameof(table));
        ref var start = ref MessageLayout.Start(message);
        RequestHeader.Write(ref start, headerSize, target, operation, counts);
        for (var i = 0; i < total; i++) MessageLayout.WriteEntry(ref start, headerSize, i, table.Entry(i));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Refusal Explain(ref readonly ArgumentTable table, int position, int size, int limit)
    {
        var counts = table.Counts;
        if ((uint)position >= (uint)counts.Buffers) return new Refusal(RefusedField.OutputBufferCount, 0, position + 1L - counts.InputBuffers, counts.OutputBuffers);
        var (field, index) = position < counts.InputBuffers ? (RefusedField.InputBufferSize, position) : (RefusedField.OutputBufferSize, position - counts.InputBuffers);
        return new Refusal(field, index, size, limit - table.PayloadEnd);
    }
}
