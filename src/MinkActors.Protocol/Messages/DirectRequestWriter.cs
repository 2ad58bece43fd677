namespace MinkActors.Protocol;

/// <summary>Writes a direct request in one pass: begin, each input buffer in order, each output buffer in order; objects at any time.
/// Used by the normal side.</summary>
/// <remarks>Borrows the buffer and the table. The buffer is all zero to begin with: padding and output space are not written.
/// The table records every entry and is later given to <see cref="DirectMessage.TryReadReply"/>. After a refusal the message is of no use.</remarks>
public ref struct DirectRequestWriter
{
    private PayloadWriter _payload;

    private DirectRequestWriter(PayloadWriter payload) => _payload = payload;

    /// <summary>Size of the message so far, in bytes; with all buffers added, its final size. Not rounded to pages.</summary>
    public readonly int Length => _payload.Length;

    /// <summary>True once as many buffers were added as the counts promise.</summary>
    public readonly bool IsComplete => _payload.IsComplete;

    /// <summary>Writes the header. Refuses a target that does not live on the secure side, an op with modifiers, and counts that leave no room
    /// for their own entries; nothing is written then.</summary>
    /// <param name="buffer">The inbound buffer; what lies above <see cref="DirectMessage.MaxSize"/> is not used.</param>
    /// <param name="target">Root or a secure id.</param>
    /// <param name="operation">Release is allowed, since the release queue sends it; a caller's own op is checked before.</param>
    /// <param name="counts">All arguments of the message, of which every object starts as null.</param>
    /// <param name="table">Started anew.</param>
    /// <param name="writer">Writes the rest; usable only when this method returns true.</param>
    /// <param name="refusal">What was refused.</param>
    public static bool TryBegin(Span<byte> buffer, ObjectId target, Operation operation, ArgumentCounts counts,
        ref ArgumentTable table, out DirectRequestWriter writer, out Refusal refusal)
    {
        if (buffer.Length > DirectMessage.MaxSize) buffer = buffer[..DirectMessage.MaxSize];
        if (target.IsHostedOnSecureSide && !operation.HasModifiers
            && RequestHeader.TryWrite(buffer, DirectMessage.HeaderSize, target, operation, counts, ref table))
        {
            writer = new DirectRequestWriter(new PayloadWriter(buffer, DirectMessage.HeaderSize, ref table));
            refusal = default;
            return true;
        }

        writer = default;
        refusal = Explain(buffer.Length, target, operation, counts);
        return false;
    }

    /// <summary>Copies the next input buffer in. Refuses what does not fit and one input too many.</summary>
    public bool TryAddInput(ReadOnlySpan<byte> bytes, out Refusal refusal)
    {
        if (!_payload.TryReserveInput(bytes.Length, out var space, out refusal)) return false;
        bytes.CopyTo(space);
        return true;
    }

    /// <summary>Places the next input buffer for the caller to fill, which saves a copy.</summary>
    public bool TryReserveInput(int size, out Span<byte> space, out Refusal refusal) =>
        _payload.TryReserveInput(size, out space, out refusal);

    /// <summary>Places the next output buffer. Refuses what does not fit, one output too many, and any output while an input is still missing.</summary>
    public bool TryAddOutput(int capacity, out Refusal refusal) => _payload.TryAddOutput(capacity, out refusal);

    /// <summary>Names an input object in the message and in the table.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument.</exception>
    public readonly void SetInputObject(int index, ObjectId id) => _payload.SetInputObject(index, id);

    private static Refusal Explain(int room, ObjectId target, Operation operation, ArgumentCounts counts)
    {
        if (!target.IsHostedOnSecureSide) return new Refusal(RefusedField.Target, 0, target.Value, ObjectId.NormalSideBit - 1);
        if (operation.HasModifiers) return new Refusal(RefusedField.Operation, 0, operation.Word, ushort.MaxValue);
        return new Refusal(RefusedField.MessageSize, 0, MessageLayout.PayloadStart(counts), room);
    }
}
