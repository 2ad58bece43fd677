namespace MinkActors.Protocol;

/// <summary>Writes a callback request in one pass, as <see cref="DirectRequestWriter"/> does a direct one. Used by the secure side.</summary>
/// <remarks>The message must fit the outbound buffer; what is left behind <see cref="Length"/> is the asynchronous area.</remarks>
public ref struct CallbackRequestWriter
{
    private PayloadWriter _payload;

    private CallbackRequestWriter(PayloadWriter payload) => _payload = payload;

    /// <summary>Size of the message so far, in bytes; with all buffers added, where the asynchronous area starts.</summary>
    public readonly int Length => _payload.Length;

    /// <summary>True once as many buffers were added as the counts promise.</summary>
    public readonly bool IsComplete => _payload.IsComplete;

    /// <summary>Writes the header with result 0. Refuses a target that does not live on the normal side and counts that leave no room for
    /// their own entries; nothing is written then. Modifiers in the op are allowed, for the peer masks them off.</summary>
    /// <param name="buffer">The outbound buffer, all zero where the message goes.</param>
    /// <param name="target">The primordial id or a callback id.</param>
    /// <param name="operation">Travels unchanged.</param>
    /// <param name="counts">All arguments of the message, of which every object starts as null.</param>
    /// <param name="table">Started anew; later given to <see cref="CallbackMessage.TryReadReply"/>.</param>
    /// <param name="writer">Writes the rest; usable only when this method returns true.</param>
    /// <param name="refusal">What was refused.</param>
    public static bool TryBegin(Span<byte> buffer, ObjectId target, Operation operation, ArgumentCounts counts,
        ref ArgumentTable table, out CallbackRequestWriter writer, out Refusal refusal)
    {
        if (target.IsHostedOnNormalSide
            && RequestHeader.TryWrite(buffer, CallbackMessage.HeaderSize, target, operation, counts, ref table))
        {
            CallbackMessage.WriteResult(buffer, ResultCode.Ok);
            writer = new CallbackRequestWriter(new PayloadWriter(buffer, CallbackMessage.HeaderSize, ref table));
            refusal = default;
            return true;
        }

        writer = default;
        refusal = target.IsHostedOnNormalSide
            ? new Refusal(RefusedField.MessageSize, 0, MessageLayout.PayloadStart(counts), buffer.Length)
            : new Refusal(RefusedField.Target, 0, target.Value, ObjectId.NormalSideBit);
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
}
