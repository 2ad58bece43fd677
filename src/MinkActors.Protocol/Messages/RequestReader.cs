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

    /// <summary>Sets up the table when the entries can be read at all; otherwise leaves it empty.</summary>
    internal static bool TryReadCounts(uint word, int bufferSize, ref ArgumentTable table, out Refusal refusal)
    {
        if (!ArgumentCounts.TryParse(word, out var counts, out refusal))
        {
            table.Start(default);
            return false;
        }

        var start = MessageLayout.PayloadStart(counts);
        if (start > bufferSize)
        {
            refusal = new Refusal(RefusedField.MessageSize, 0, start, bufferSize);
            table.Start(default);
            return false;
        }

        table.Start(counts);
        return true;
    }

    /// <summary>Fills the table. Objects first, for they are needed even when a buffer is refused: whoever sent them gave them away.
    /// After a refusal every buffer entry is empty, so that nothing unchecked can be used.</summary>
    internal static Verdict ReadEntries(ReadOnlySpan<byte> buffer, int headerSize, ref ArgumentTable table, out Refusal refusal)
    {
        var counts = table.Counts;
        var shared = MessageLayout.Entries(buffer, headerSize, counts.Total);
        var own = table.Used;
        var buffers = counts.Buffers;
        if (buffers < own.Length) ReadObjects(shared, own, counts);

        // One comparison each decides the good case; what exactly is wrong is worked out only for a bad one.
        long running = table.PayloadEnd;
        for (var i = 0; i < buffers; i++)
        {
            var raw = MessageLayout.Swap(shared[i]);
            long offset = (uint)raw;
            long size = (uint)(raw >> 32);
            if (offset != running || size > buffer.Length - running)
                return Explain(own, counts, i, new Placement(offset, size, running, buffer.Length), out refusal);
            own[i] = raw;
            running += MessageLayout.Align8(size);
        }

        if (running > buffer.Length)
        {
            own[..buffers].Clear();
            refusal = new Refusal(RefusedField.MessageSize, 0, running, buffer.Length);
            return Verdict.OutOfBounds;
        }

        table.PayloadEnd = (int)running;
        refusal = default;
        return Verdict.Sound;
    }

    /// <summary>Output objects are not read: in a request they are null, and what an earlier message left here must not show (spec/11, D-11).</summary>
    private static void ReadObjects(ReadOnlySpan<ulong> shared, Span<ulong> own, ArgumentCounts counts)
    {
        for (var i = counts.Buffers; i < counts.FirstOutputObject; i++) own[i] = (uint)MessageLayout.Swap(shared[i]);
        own[counts.FirstOutputObject..].Clear();
    }

    /// <summary>Bounds come before placement (doc 02, 7.4).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Verdict Explain(Span<ulong> own, ArgumentCounts counts, int entry, Placement placement, out Refusal refusal)
    {
        own[..counts.Buffers].Clear();
        var isInput = entry < counts.InputBuffers;
        var index = isInput ? entry : entry - counts.InputBuffers;
        var offsetField = isInput ? RefusedField.InputBufferOffset : RefusedField.OutputBufferOffset;
        var sizeField = isInput ? RefusedField.InputBufferSize : RefusedField.OutputBufferSize;
        if (placement.Offset > placement.Bound)
        {
            refusal = new Refusal(offsetField, index, placement.Offset, placement.Bound);
            return Verdict.OutOfBounds;
        }

        if (placement.Size > placement.Bound - placement.Offset)
        {
            refusal = new Refusal(sizeField, index, placement.Size, placement.Bound - placement.Offset);
            return Verdict.OutOfBounds;
        }

        refusal = new Refusal(offsetField, index, placement.Offset, placement.Expected);
        return Verdict.Misplaced;
    }

    private readonly record struct Placement(long Offset, long Size, long Expected, long Bound);
}
