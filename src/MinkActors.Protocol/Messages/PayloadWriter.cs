namespace MinkActors.Protocol;

/// <summary>Places buffers one behind the other and keeps the private copy of each entry; the two request writers differ only in the header.</summary>
internal ref struct PayloadWriter
{
    private readonly Span<byte> _message;
    private readonly int _headerSize;
    private readonly ref ArgumentTable _table;
    private int _next;

    /// <param name="message">Cut to the largest message allowed; all zero.</param>
    /// <param name="headerSize">12 or 16.</param>
    /// <param name="table">Started with the counts; holds the running offset.</param>
    internal PayloadWriter(Span<byte> message, int headerSize, ref ArgumentTable table)
    {
        _message = message;
        _headerSize = headerSize;
        _table = ref table;
        _next = 0;
    }

    internal readonly int Length => _table.PayloadEnd;

    internal readonly bool IsComplete => _next == _table.Counts.Buffers;

    internal bool TryReserveInput(int size, out Span<byte> space, out Refusal refusal)
    {
        if (_next < _table.Counts.InputBuffers) return TryPlace(RefusedField.InputBufferSize, _next, size, out space, out refusal);
        space = default;
        refusal = new Refusal(RefusedField.InputBufferCount, 0, _next + 1L, _table.Counts.InputBuffers);
        return false;
    }

    internal bool TryAddOutput(int capacity, out Refusal refusal)
    {
        // Outputs come behind all inputs (placement rule 2), so an output too early is one too many of none.
        var index = _next - _table.Counts.InputBuffers;
        if (index >= 0 && _next < _table.Counts.Buffers)
            return TryPlace(RefusedField.OutputBufferSize, index, capacity, out _, out refusal);
        refusal = new Refusal(RefusedField.OutputBufferCount, 0, Math.Max(index, 0) + 1L, index < 0 ? 0 : _table.Counts.OutputBuffers);
        return false;
    }

    internal readonly void SetInputObject(int index, ObjectId id) =>
        ObjectEntries.WriteInput(_message, _headerSize, ref _table, index, id);

    private bool TryPlace(RefusedField field, int index, int size, out Span<byte> space, out Refusal refusal)
    {
        var offset = _table.PayloadEnd;
        var end = offset + MessageLayout.Align8(size);
        if (size < 0 || end > _message.Length)
        {
            space = default;
            refusal = new Refusal(field, index, size, _message.Length - offset);
            return false;
        }

        var raw = new BufferEntry(offset, size).Raw;
        _table.Used[_next] = raw;
        MessageLayout.Entries(_message, _headerSize, _next + 1)[_next] = MessageLayout.Swap(raw);
        _next++;
        _table.PayloadEnd = (int)end;
        space = _message.Slice(offset, size);
        refusal = default;
        return true;
    }
}
