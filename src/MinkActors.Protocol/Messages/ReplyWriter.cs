namespace MinkActors.Protocol;

/// <summary>The one word of a reply that has a bound of its own: a size may shrink and never grow.</summary>
internal static class ReplyWriter
{
    private const int SizeOffset = 4;

    internal static bool TryWriteSize(Span<byte> buffer, int headerSize, ref readonly ArgumentTable request, int index, int size, out Refusal refusal)
    {
        var capacity = request.OutputBuffer(index).Size;
        if ((uint)size > (uint)capacity)
        {
            refusal = new Refusal(RefusedField.OutputBufferSize, index, size, capacity);
            return false;
        }

        WriteSize(buffer, headerSize, request.Counts, index, size);
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
