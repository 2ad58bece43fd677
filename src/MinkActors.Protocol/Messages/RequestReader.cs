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
    internal static Verdict ReadEntries(ReadOnlySpan<byte> buffer, int headerSize, ArgumentCounts counts, ref ArgumentTable table, ref Refusal refusal)
    {
        ref var start = ref MessageLayout.Start(buffer);
        if (counts.HasObjects) ReadObjects(ref start, headerSize, counts, ref table);

        long running = MessageLayout.PayloadStart(counts);
        if (!counts.HasBuffers)
        {
            table.Start(counts, (int)running);
            return Verdict.Sound;
        }

        // One comparison each decides the good case; what exactly is wrong is worked out only for a bad one, from the private entries.
        var buffers = counts.Buffers;
        for (var i = 0; i < buffers; i++)
        {
            var raw = MessageLayout.ReadEntry(ref start, headerSize, i);
            table.Entry(i) = raw;
            var size = (long)(raw >> 32);
            if ((uint)raw != running || size > buffer.Length - running) return Explain(counts, ref table, buffer.Length, ref refusal);
            running += MessageLayout.Align8(size);
        }

        if (running > buffer.Length) return Explain(counts, ref table, buffer.Length, ref refusal);
        table.Start(counts, (int)running);
        return Verdict.Sound;
    }

    /// <summary>Output objects are not read: in a request they are null, and what an earlier message left here must not show (spec/11, D-11).</summary>
    private static void ReadObjects(ref byte start, int headerSize, ArgumentCounts counts, ref ArgumentTable table)
    {
        for (var i = counts.Buffers; i < counts.FirstOutputObject; i++)
            table.Entry(i) = (uint)MessageLayout.ReadEntry(ref start, headerSize, i);
        for (var i = counts.Total - 1; i >= counts.FirstOutputObject; i--) table.Entry(i) = 0;
    }

    /// <summary>Finds the first entry that is not sound. Bounds come before placement (doc 02, 7.4).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Verdict Explain(ArgumentCounts counts, ref ArgumentTable table, int bound, ref Refusal refusal)
    {
        long running = MessageLayout.PayloadStart(counts);
        for (var i = 0; i < counts.Buffers; i++)
        {
            var (offset, size) = ((uint)table.Entry(i), (long)(table.Entry(i) >> 32));
            if (offset == running && size <= bound - running)
            {
                running += MessageLayout.Align8(size);
                continue;
            }

            var isInput = i < counts.InputBuffers;
            var index = isInput ? i : i - counts.InputBuffers;
            var offsetField = isInput ? RefusedField.InputBufferOffset : RefusedField.OutputBufferOffset;
            var sizeField = isInput ? RefusedField.InputBufferSize : RefusedField.OutputBufferSize;
            if (offset > bound) refusal = new Refusal(offsetField, index, offset, bound);
            else if (size > bound - offset) refusal = new Refusal(sizeField, index, size, bound - offset);
            else
            {
                refusal = new Refusal(offsetField, index, offset, running);
                return EmptyBuffers(counts, ref table, Verdict.Misplaced);
            }

            return EmptyBuffers(counts, ref table, Verdict.OutOfBounds);
        }

        // Only a buffer whose size is no multiple of 8 can end inside the padding of its last argument.
        refusal = new Refusal(RefusedField.MessageSize, 0, running, bound);
        return EmptyBuffers(counts, ref table, Verdict.OutOfBounds);
    }

    private static Verdict EmptyBuffers(ArgumentCounts counts, ref ArgumentTable table, Verdict verdict)
    {
        table.Start(counts);
        table.Used[..counts.Buffers].Clear();
        return verdict;
    }
}
