namespace MinkActors.Protocol;

/// <summary>The message in the outbound buffer: a request to an object on the normal side and, in place, its reply (doc 02, sections 2 to 4).</summary>
/// <remarks>Every method is total over the bytes of the peer. Nothing is kept.</remarks>
public static class CallbackMessage
{
    /// <summary>Result, object, op and counts, in bytes. The entries follow at once.</summary>
    public const int HeaderSize = 16;

    /// <summary>The outbound buffer unless configured otherwise, in bytes. It bounds request, reply and asynchronous area together.</summary>
    public const int DefaultBufferSize = 4096;

    /// <summary>The largest outbound buffer, in bytes.</summary>
    public const int MaxBufferSize = 32 * 1024;

    /// <summary>Where the payload of a message with these counts starts.</summary>
    public static int PayloadStart(ArgumentCounts counts) => MessageLayout.PayloadStart(counts);

    /// <summary>The normal side's reading of a request: the structural checks of doc 02, 7.1, called A there.</summary>
    /// <param name="buffer">The whole outbound buffer, asynchronous area included.</param>
    /// <param name="target">As read, and not checked.</param>
    /// <param name="operation">As read, modifiers included; dispatch on its method.</param>
    /// <param name="table">Filled. After a refusal its buffers are empty.</param>
    /// <param name="refusal">What was refused.</param>
    /// <returns>False for A: dispatch nothing, do not read the asynchronous area, answer with <see cref="WriteStructuralRefusal"/>. After true the
    /// asynchronous area is read first; then <see cref="TryCheckIds"/> and the table of ids decide about B.</returns>
    public static bool TryReadRequest(ReadOnlySpan<byte> buffer, out ObjectId target, out Operation operation, ref ArgumentTable table,
        out Refusal refusal)
    {
        refusal = default;
        if (RequestHeader.TryRead(buffer, HeaderSize, out target, out operation, out var counts, out var word))
            return RequestReader.ReadEntries(buffer, HeaderSize, counts, ref table, ref refusal) == RequestReader.Verdict.Sound;
        table.Start(default);
        refusal = RequestHeader.Explain(buffer.Length, word);
        return false;
    }

    /// <summary>The part of check B of doc 02, 7.1 that numbers alone decide: a target on the normal side, and no input that is root.</summary>
    public static bool TryCheckIds(ObjectId target, ref readonly ArgumentTable table, out Refusal refusal)
    {
        var legal = RequestIds.AreCallback(target, table.Counts, in table);
        refusal = legal ? default : RequestIds.ExplainCallback(target, in table);
        return legal;
    }

    /// <summary>Writes the result word, in two's complement. Written last, after everything it vouches for.</summary>
    public static void WriteResult(Span<byte> buffer, ResultCode result) => MessageLayout.WriteWord(buffer, 0, (uint)result);

    /// <summary>Any 32-bit value is legal. Read it once: with a value other than 0 nothing else of the reply is looked at.</summary>
    public static ResultCode ReadResult(ReadOnlySpan<byte> buffer) =>
        buffer.Length < sizeof(uint) ? ResultCode.Unavailable : (ResultCode)(int)MessageLayout.ReadWord(buffer, 0);

    /// <summary>Zeroes everything behind the header: nothing there can be trusted to be what it seems.</summary>
    public static void ClearBehindHeader(Span<byte> buffer)
    {
        if (buffer.Length > HeaderSize) buffer[HeaderSize..].Clear();
    }

    /// <summary>The answer A of doc 02, 7.1: result -96 and zero behind the header.</summary>
    public static void WriteStructuralRefusal(Span<byte> buffer)
    {
        ClearBehindHeader(buffer);
        WriteResult(buffer, ResultCode.Unavailable);
    }

    /// <summary>Says how many bytes of an output buffer are filled. Refuses more than the request asked for; the result word then carries the
    /// error (-EINVAL mapped), and nothing was written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument, or the buffer is not the message's.</exception>
    public static bool TryWriteReplySize(Span<byte> buffer, ref readonly ArgumentTable request, int outputIndex, int size, out Refusal refusal) =>
        ReplyWriter.TryWriteSize(buffer, HeaderSize, in request, outputIndex, size, out refusal);

    /// <summary>Names an output object in a reply; a fresh id for each callback object.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument, or the buffer is not the message's.</exception>
    public static void WriteOutputObject(Span<byte> buffer, ArgumentCounts counts, int index, ObjectId id) =>
        ObjectEntries.WriteOutput(buffer, HeaderSize, counts, index, id);

    /// <summary>The secure side's reading of a reply whose result is 0 (doc 02, 7.5): sizes at most what was asked, offsets unchanged, output
    /// objects neither root nor primordial and no callback id twice. Whether a secure id is live is the caller's to check.</summary>
    /// <param name="buffer">The whole outbound buffer.</param>
    /// <param name="request">The table that was filled when the request was written.</param>
    /// <param name="reply">Filled; may be <paramref name="request"/> itself. After a refusal its output buffers are empty and its output objects
    /// are still what the peer sent: each callback id among them is to be released, and the caller of the request sees -96.</param>
    /// <param name="refusal">The first thing refused.</param>
    public static bool TryReadReply(ReadOnlySpan<byte> buffer, ref readonly ArgumentTable request, ref ArgumentTable reply, out Refusal refusal)
    {
        refusal = default;
        return ReplyReader.TryRead(buffer, HeaderSize, in request, ref reply, ref refusal)
            && (!reply.Counts.HasOutputObjects
                || (ReplyIds.TryCheck(ref reply, ref refusal) && ReplyIds.TryCheckCallbacksDiffer(ref reply, ref refusal)));
    }
}
