namespace MinkActors.Protocol;

/// <summary>Reads what a reply may change, each word once: sizes of output buffers and output objects (doc 02, section 4).
/// Everything else is taken from the request's own table.</summary>
internal static class ReplyReader
{
    /// <summary>Fills <paramref name="reply"/>, which may be the table of the request itself. After a refusal its output buffers are empty,
    /// and its output objects are what the peer sent: those have to be given back.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> buffer, int headerSize, ref readonly ArgumentTable request, ref ArgumentTable reply,
        out Refusal refusal)
    {
        var counts = request.Counts;
        var end = request.PayloadEnd;
        if (end > buffer.Length || end < request.PayloadStart)
        {
            refusal = new Refusal(RefusedField.MessageSize, 0, end, buffer.Length);
            reply.Start(default);
            return false;
        }

        var asked = request.UsedReadOnly;
        var shared = MessageLayout.Entries(buffer, headerSize, asked.Length);
        reply.Start(counts);
        reply.PayloadEnd = end;
        var own = reply.Used;
        refusal = default;

        for (var i = 0; i < counts.InputBuffers; i++) own[i] = asked[i];
        for (var i = counts.InputBuffers; i < counts.Buffers; i++)
        {
            var raw = MessageLayout.Swap(shared[i]);
            var wanted = asked[i];
            own[i] = raw;
            if ((uint)raw != (uint)wanted || (uint)(raw >> 32) > (uint)(wanted >> 32))
            {
                own[i] = wanted;
                if (refusal.IsNone) refusal = Explain(raw, wanted, i - counts.InputBuffers);
            }
        }

        for (var i = counts.Buffers; i < counts.FirstOutputObject; i++) own[i] = asked[i];
        for (var i = counts.FirstOutputObject; i < own.Length; i++) own[i] = (uint)MessageLayout.Swap(shared[i]);

        if (refusal.IsNone) return true;
        EmptyOutputs(ref reply);
        return false;
    }

    /// <summary>No byte of a refused reply is handed out.</summary>
    internal static void EmptyOutputs(ref ArgumentTable reply)
    {
        foreach (ref var entry in reply.Used[reply.Counts.InputBuffers..reply.Counts.Buffers]) entry = (uint)entry;
    }

    private static Refusal Explain(ulong raw, ulong wanted, int index) => (uint)raw != (uint)wanted
        ? new Refusal(RefusedField.OutputBufferOffset, index, (uint)raw, (uint)wanted)
        : new Refusal(RefusedField.OutputBufferSize, index, (uint)(raw >> 32), (uint)(wanted >> 32));
}
