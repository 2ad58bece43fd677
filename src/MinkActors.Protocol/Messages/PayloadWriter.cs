using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MinkActors.Protocol;

/// <summary>Places buffers one behind the other and keeps the private copy of each entry; the two request writers differ only in the header.</summary>
internal ref struct PayloadWriter
{
    private readonly Span<byte> _message;
    private readonly ref ArgumentTable _table;
    private readonly int _headerSize;
    private int _next;

    /// <param name="message">Cut to the largest message allowed, and large enough for all entries; all zero.</param>
    /// <param name="headerSize">12 or 16.</param>
    /// <param name="table">Started with the counts; holds the running offset.</param>
    internal PayloadWriter(Span<byte> message, int headerSize, ref ArgumentTable table)
    {
        _message = message;
        _table = ref table;
        _headerSize = headerSize;
        _next = 0;
    }

    internal readonly int Length => _table.PayloadEnd;

    internal readonly bool IsComplete => _next == _table.Counts.Buffers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryReserveInput(int size, out Span<byte> space, out Refusal refusal)
    {
        if (_next < _table.Counts.InputBuffers && TryPlace(size, out space))
        {
            refusal = default;
            return true;
        }

        space = default;
        refusal = ExplainInput(size);
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryAddOutput(int capacity, out Refusal refusal)
    {
        var counts = _table.Counts;
        if (_next >= counts.InputBuffers && _next < counts.Buffers && TryPlace(capacity, out _))
        {
            refusal = default;
            return true;
        }

        refusal = ExplainOutput(capacity);
        return false;
    }

    internal readonly void SetInputObject(int index, ObjectId id) =>
        ObjectEntries.WriteInput(_message, _headerSize, ref _table, index, id);

    /// <summary>A negative size is taken for the 32-bit number it looks like, and so is larger than any buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryPlace(int size, out Span<byte> space)
    {
        var offset = _table.PayloadEnd;
        var end = offset + MessageLayout.Align8((uint)size);
        if (end > _message.Length)
        {
            space = default;
            return false;
        }

        ref var start = ref MemoryMarshal.GetReference(_message);
        var raw = new BufferEntry(offset, size).Raw;
        _table.Entry(_next) = raw;
        MessageLayout.WriteEntry(ref start, _headerSize, _next, raw);
        _next++;
        _table.PayloadEnd = (int)end;
        space = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref start, offset), size);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly Refusal ExplainInput(int size) => _next < _table.Counts.InputBuffers
        ? new Refusal(RefusedField.InputBufferSize, _next, size, _message.Length - _table.PayloadEnd)
        : new Refusal(RefusedField.InputBufferCount, 0, _next + 1L, _table.Counts.InputBuffers);

    /// <summary>Outputs come behind all inputs (placement rule 2), so an output too early is one too many of none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly Refusal ExplainOutput(int capacity)
    {
        var index = _next - _table.Counts.InputBuffers;
        if (index < 0) return new Refusal(RefusedField.OutputBufferCount, 0, 1, 0);
        return _next < _table.Counts.Buffers
            ? new Refusal(RefusedField.OutputBufferSize, index, capacity, _message.Length - _table.PayloadEnd)
            : new Refusal(RefusedField.OutputBufferCount, 0, index + 1L, _table.Counts.OutputBuffers);
    }
}
