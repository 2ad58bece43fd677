namespace MinkActors.Protocol;

/// <summary>The message in the inbound buffer: a request to an object on the secure side and, in place, its reply (doc 02, sections 2 to 4).</summary>
/// <remarks>Every method is total over the bytes of the peer. Nothing is kept.</remarks>
public static class DirectMessage
{
    /// <summary>Object, op and counts, in bytes. The entries follow at once, the payload at the next multiple of 8.</summary>
    public const int HeaderSize = 12;

    /// <summary>The largest message, in bytes, before rounding to pages.</summary>
    public const int MaxSize = 4 * 1024 * 1024;

    /// <summary>Shared buffers start on a page and are a whole number of pages, in bytes.</summary>
    public const int PageSize = 4096;

    /// <summary>Where the payload of a message with these counts starts.</summary>
    public static int PayloadStart(ArgumentCounts counts) => MessageLayout.PayloadStart(counts);

    /// <summary>The size of the shared buffer for a message of at most <see cref="MaxSize"/> bytes.</summary>
    public static int RoundUpToPage(int size) => (size + PageSize - 1) & -PageSize;

    /// <summary>The secure side's reading of a request: all of doc 02, 7.4 that bytes alone decide, in its order.</summary>
    /// <param name="buffer">The whole inbound buffer.</param>
    /// <param name="target">As read, also when refused; checked to be root or in the secure range.</param>
    /// <param name="operation">As read; dispatch on its method.</param>
    /// <param name="table">Filled. After a refusal its buffers are empty, but its input objects are those of the message as soon as the counts were
    /// valid: the callback ids among them have been given away and must be released with the answer. For release and retain it is empty.</param>
    /// <param name="refusal">What was refused.</param>
    /// <param name="answer">The result to complete with when refused: -94, -95, -96 or -92.</param>
    public static bool TryReadRequest(ReadOnlySpan<byte> buffer, out ObjectId target, out Operation operation, ref ArgumentTable table,
        out Refusal refusal, out ResultCode answer)
    {
        refusal = default;
        if (!RequestHeader.TryRead(buffer, HeaderSize, out target, out operation, out var counts, out var word))
        {
            table.Start(default);
            refusal = RequestHeader.Explain(buffer.Length, word);
            answer = ResultCode.MaxArguments;
            return false;
        }

        if (operation.CountsReferences)
        {
            counts = default;
            table.Start(counts);
        }
        else
        {
            var verdict = RequestReader.ReadEntries(buffer, HeaderSize, counts, ref table, ref refusal);
            if (verdict != RequestReader.Verdict.Sound)
            {
                answer = verdict == RequestReader.Verdict.OutOfBounds ? ResultCode.MaxData : ResultCode.Unavailable;
                return false;
            }
        }

        if (RequestIds.AreDirect(target, counts, in table))
        {
            answer = ResultCode.Ok;
            return true;
        }

        refusal = RequestIds.ExplainDirect(target, in table);
        answer = ResultCode.BadObject;
        return false;
    }

    /// <summary>Says how many bytes of an output buffer are filled, unchecked: an honest secure side uses <see cref="TryWriteReplySize"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument, or the buffer is not the message's.</exception>
    public static void WriteReplySize(Span<byte> buffer, ArgumentCounts counts, int outputIndex, int size) =>
        ReplyWriter.WriteSize(buffer, HeaderSize, counts, outputIndex, size);

    /// <summary>Says how many bytes of an output buffer are filled. Refuses more than its capacity; nothing is written then.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument, or the buffer is not the message's.</exception>
    public static bool TryWriteReplySize(Span<byte> buffer, ref readonly ArgumentTable request, int outputIndex, int size, out Refusal refusal) =>
        ReplyWriter.TryWriteSize(buffer, HeaderSize, in request, outputIndex, size, out refusal);

    /// <summary>Names an output object in a reply.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument, or the buffer is not the message's.</exception>
    public static void WriteOutputObject(Span<byte> buffer, ArgumentCounts counts, int index, ObjectId id) =>
        ObjectEntries.WriteOutput(buffer, HeaderSize, counts, index, id);

    /// <summary>The normal side's reading of a reply with result 0 (doc 02, 7.3): sizes at most the capacity, offsets unchanged, output objects
    /// neither root nor primordial. Whether an id is live is the runtime's to check. With another result nothing is read: do not call this.</summary>
    /// <param name="buffer">The whole inbound buffer.</param>
    /// <param name="request">The table that was filled when the request was written.</param>
    /// <param name="reply">Filled; may be <paramref name="request"/> itself. After a refusal its output buffers are empty and its output objects are
    /// still what the peer sent: each that resolves must be resolved and put, and the result is -96.</param>
    /// <param name="refusal">The first thing refused.</param>
    public static bool TryReadReply(ReadOnlySpan<byte> buffer, ref readonly ArgumentTable request, ref ArgumentTable reply, out Refusal refusal)
    {
        refusal = default;
        return ReplyReader.TryRead(buffer, HeaderSize, in request, ref reply, ref refusal)
            && (!reply.Counts.HasOutputObjects || ReplyIds.TryCheck(ref reply, ref refusal));
    }
}
