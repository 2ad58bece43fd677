namespace MinkActors.Protocol;

/// <summary>The one word of a reply that has a bound of its own: a size may shrink and never grow.</summary>
internal static class ReplyWriter
{
    private const int SizeOffset = 4;

    internal static bool TryWriteSize(Span<byte> buffer, int headerSize, ref readonly ArgumentTable request, int index, int size, out Refusal refusal)
    {
        var entry = request.OutputBuffer(index);
        if ((uint)size > (uint)entry.Size)
        {
            refusal = new Refusal(RefusedField.OutputBufferSize, index, size, entry.Size);
            return false;
        }

        // The whole entry, with the offset it has: the peer reads it in one piece, and a processor passes on at once only what was written so.
        var position = request.Counts.InputBuffers + index;
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, MessageLayout.EntryOffset(headerSize, position + 1), nameof(buffer));
        MessageLayout.WriteEntry(ref MessageLayout.Start(buffer), headerSize, position, new BufferEntry(entry.Offset, size).Raw);
        refusal = default;
        return true;
    }

    internal static void WriteSize(Span<byte> buffer, int headerSize, ArgumentCounts counts, int index, int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)counts.OutputBuffers, nameof(index));
        var entry = MessageLayout.EntryOffset(headerSize, counts.InputBuffers + index);
        MessageLayout.WriteWord(buffer, entry + SizeOffset, (uint)size);
    }
}
