using System.Runtime.CompilerServices;

namespace MinkActors.Protocol;

/// <summary>Reads what a reply may change, each word once: sizes of output buffers and output objects (doc 02, section 4).
/// Everything else is taken from the request's own table.</summary>
internal static class ReplyReader
{
    /// <summary>Fills <paramref name="reply"/>, which may be the table of the request itself. After a refusal its output buffers are empty,
    /// and its output objects are what the peer sent: those have to be given back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryRead(ReadOnlySpan<byte> buffer, int headerSize, ref readonly ArgumentTable request, ref ArgumentTable reply,
        ref Refusal refusal)
    {
        var counts = request.Counts;
        var end = request.PayloadEnd;
        if (end > buffer.Length) return RefuseSize(ref reply, end, buffer.Length, ref refusal);

        // What the request fixed is taken over first, so that only outputs remain to be read.
        if (!Unsafe.AreSame(in request, in reply)) reply.CopyUsed(in request);
        ref var start = ref MessageLayout.Start(buffer);
        if (counts.HasOutputObjects) ReadObjects(ref start, headerSize, ref reply);

        var buffers = counts.Buffers;
        for (var i = counts.InputBuffers; i < buffers; i++)
        {
            var raw = MessageLayout.ReadEntry(ref start, headerSize, i);
            var wanted = reply.Entry(i);
            if ((uint)raw != (uint)wanted || raw > wanted) return RefuseOutput(ref reply, i, raw, ref refusal);
            reply.Entry(i) = raw;
        }

        return true;
    }

    /// <summary>No byte of a refused reply is handed out.</summary>
    internal static void EmptyOutputs(ref ArgumentTable reply)
    {
        foreach (ref var entry in reply.Used[reply.Counts.InputBuffers..reply.Counts.Buffers]) entry = (uint)entry;
    }

    private static void ReadObjects(ref byte start, int headerSize, ref ArgumentTable reply)
    {
        var total = reply.Counts.Total;
        for (var i = reply.Counts.FirstOutputObject; i < total; i++)
            reply.Entry(i) = (uint)MessageLayout.ReadEntry(ref start, headerSize, i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RefuseSize(ref ArgumentTable reply, int end, int bound, ref Refusal refusal)
    {
        refusal = new Refusal(RefusedField.MessageSize, 0, end, bound);
        reply.Start(default);
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RefuseOutput(ref ArgumentTable reply, int entry, ulong raw, ref Refusal refusal)
    {
        var wanted = reply.Entry(entry);
        var index = entry - reply.Counts.InputBuffers;
        refusal = (uint)raw != (uint)wanted
            ? new Refusal(RefusedField.OutputBufferOffset, index, (uint)raw, (uint)wanted)
            : new Refusal(RefusedField.OutputBufferSize, index, (uint)(raw >> 32), (uint)(wanted >> 32));
        EmptyOutputs(ref reply);
        return false;
    }
}
