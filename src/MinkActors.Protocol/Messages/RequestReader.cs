using System.Runtime.CompilerServices;

namespace MinkActors.Protocol;

/// <summary>Reads the argument table of a request once, into private memory, and checks it there (doc 02, section 7).</summary>
internal static class RequestReader
{
    internal enum Verdict
    {
        Sound,
        OutOfBounds,
        Misplaced,
    }

    /// <summary>Fills a table whose counts are known to fit the buffer. Objects first, for they are needed even when a buffer is refused:
    /// whoever sent them gave them away. After a refusal every buffer entry is empty, so that nothing unchecked can be used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Verdict ReadEntries(ReadOnlySpan<byte> buffer, int headerSize, ref ArgumentTable table, ref Refusal refusal)
    {
        var counts = table.Counts;
        ref var start = ref MessageLayout.Start(buffer);
        if (counts.HasObjects) ReadObjects(ref start, headerSize, ref table);

        // One comparison each decides the good case; what exactly is wrong is worked out only for a bad one.
        long running = table.PayloadEnd;
        var buffers = counts.Buffers;
        for (var i = 0; i < buffers; i++)
        {
            var raw = MessageLayout.ReadEntry(ref start, headerSize, i);
            long size = (uint)(raw >> 32);
            if ((uint)raw != running || size > buffer.Length - running)
                return Explain(ref table, i, new Placement((uint)raw, size, running, buffer.Length), ref refusal);
            table.Entry(i) = raw;
            running += MessageLayout.Align8(size);
        }

        if (running > buffer.Length) return ExplainEnd(ref table, running, buffer.Length, ref refusal);
        table.PayloadEnd = (int)running;
        return Verdict.Sound;
    }

    /// <summary>Output objects are not read: in a request they are null, and what an earlier message left here must not show (spec/11, D-11).</summary>
    private static void ReadObjects(ref byte start, int headerSize, ref ArgumentTable table)
    {
        var counts = table.Counts;
        for (var i = counts.Buffers; i < counts.FirstOutputObject; i++)
            table.Entry(i) = (uint)MessageLayout.ReadEntry(ref start, headerSize, i);
        if (counts.HasOutputObjects) table.Used[counts.FirstOutputObject..].Clear();
    }

    /// <summary>Only a buffer whose size is no multiple of 8 can end inside the padding of its last argument.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Verdict ExplainEnd(ref ArgumentTable table, long end, int bound, ref Refusal refusal)
    {
        table.Used[..table.Counts.Buffers].Clear();
        refusal = new Refusal(RefusedField.MessageSize, 0, end, bound);
        return Verdict.OutOfBounds;
    }

    /// <summary>Bounds come before placement (doc 02, 7.4).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Verdict Explain(ref ArgumentTable table, int entry, Placement placement, ref Refusal refusal)
    {
        var counts = table.Counts;
        table.Used[..counts.Buffers].Clear();
        var isInput = entry < counts.InputBuffers;
        var index = isInput ? entry : entry - counts.InputBuffers;
        var offsetField = isInput ? RefusedField.InputBufferOffset : RefusedField.OutputBufferOffset;
        if (placement.Offset > placement.Bound)
        {
            refusal = new Refusal(offsetField, index, placement.Offset, placement.Bound);
            return Verdict.OutOfBounds;
        }

        if (placement.Size > placement.Bound - placement.Offset)
        {
            var sizeField = isInput ? RefusedField.InputBufferSize : RefusedField.OutputBufferSize;
            refusal = new Refusal(sizeField, index, placement.Size, placement.Bound - placement.Offset);
            return Verdict.OutOfBounds;
        }

        refusal = new Refusal(offsetField, index, placement.Offset, placement.Expected);
        return Verdict.Misplaced;
    }

    private readonly record struct Placement(long Offset, long Size, long Expected, long Bound);
}
