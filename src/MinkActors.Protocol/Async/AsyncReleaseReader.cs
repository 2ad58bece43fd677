namespace MinkActors.Protocol;

/// <summary>Walks the release messages of an asynchronous area, by the column "Ours" of doc 02, section 5. A message that fails a check is dropped
/// whole, the ones before it stay, nothing behind it is read. Whoever reads the area zeroes it afterwards, whatever was found.</summary>
public ref struct AsyncReleaseReader
{
    private readonly ReadOnlySpan<byte> _area;
    private int _position;
    private int _index;

    /// <param name="area">From the start of the area to the end of the outbound buffer.</param>
    public AsyncReleaseReader(ReadOnlySpan<byte> area) => _area = area;

    /// <summary>Why reading stopped before its end; none when it stopped at version 0 or at the end. Never changes the result of an invocation.</summary>
    public Refusal Fault { get; private set; }

    /// <summary>With a fault, the bytes from the refused message to the end of the area; otherwise 0.</summary>
    public readonly int BytesNotUnderstood => Fault.IsNone ? 0 : _area.Length - _position;

    /// <summary>Yields the next message, or false for good.</summary>
    public bool TryNext(out AsyncRelease message)
    {
        message = default;
        var left = _area[_position..];
        if (left.Length <= AsyncArea.TooShort || !Fault.IsNone) return false;
        var version = MessageLayout.ReadWord(left, 0);
        if (version == 0) return false;
        return version >> 16 != AsyncArea.KnownMajor
            ? Refuse(RefusedField.AsyncVersion, version, AsyncArea.Version)
            : TryRelease(left, version, out message);
    }

    private bool TryRelease(ReadOnlySpan<byte> left, uint version, out AsyncRelease message)
    {
        message = default;
        var operation = MessageLayout.ReadWord(left, 4);
        if (operation != AsyncArea.ReleaseOperation)
            return Refuse(RefusedField.AsyncOperation, operation, AsyncArea.ReleaseOperation);
        if (left.Length < AsyncArea.HeaderSize)
            return Refuse(RefusedField.AsyncLength, left.Length, AsyncArea.HeaderSize);

        var count = MessageLayout.ReadWord(left, 8);
        var room = AsyncArea.IdsThatFit(left.Length);
        if (count > (uint)room) return Refuse(RefusedField.AsyncCount, count, room);

        var size = AsyncArea.HeaderSize + sizeof(uint) * (int)count;
        message = new AsyncRelease(version, left[AsyncArea.HeaderSize..size]);
        _position = (int)Math.Min(_position + MessageLayout.Align8(size), _area.Length);
        _index++;
        return true;
    }

    private bool Refuse(RefusedField field, long value, long limit)
    {
        Fault = new Refusal(field, _index, value, limit);
        return false;
    }
}
