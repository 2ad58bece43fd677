namespace MinkActors.Protocol;

/// <summary>Writes release messages one behind the other. Used by the secure side.</summary>
/// <remarks>From the moment it exists, and after each message, the area reads as ending there: what an old callback message left behind is
/// never taken for a version (doc 02, section 5). Borrows the area.</remarks>
public ref struct AsyncReleaseWriter
{
    private readonly Span<byte> _area;

    /// <param name="area">From the start of the area to the end of the outbound buffer; the start is a multiple of 8 in that buffer.</param>
    public AsyncReleaseWriter(Span<byte> area)
    {
        _area = area;
        End();
    }

    /// <summary>Bytes used so far, a multiple of 8 unless the area is full.</summary>
    public int Written { get; private set; }

    /// <summary>How many ids one more message can hold. 0 is also said when there is room for a message without ids.</summary>
    public readonly int Room => AsyncArea.IdsThatFit(_area.Length - Written);

    /// <summary>Writes one message, or nothing at all when it does not fit: the ids then wait for a later area.</summary>
    /// <param name="ids">May be empty, which is legal and pointless.</param>
    /// <param name="version">Another minor version, for a sender that is older.</param>
    public bool TryWrite(scoped ReadOnlySpan<uint> ids, uint version = AsyncArea.Version)
    {
        var left = _area[Written..];
        var size = AsyncArea.HeaderSize + (long)sizeof(uint) * ids.Length;
        if (size > left.Length) return false;

        MessageLayout.WriteWord(left, 0, version);
        MessageLayout.WriteWord(left, 4, AsyncArea.ReleaseOperation);
        MessageLayout.WriteWord(left, 8, (uint)ids.Length);
        var place = left[AsyncArea.HeaderSize..];
        for (var i = 0; i < ids.Length; i++) MessageLayout.WriteWord(place, i * sizeof(uint), ids[i]);

        var end = (int)Math.Min(MessageLayout.Align8(size), left.Length);
        if (end > size) left[(int)size..end].Clear();
        Written += end;
        End();
        return true;
    }

    /// <summary>Version 0 behind the last message, as much of the word as there is room for.</summary>
    private readonly void End()
    {
        var rest = _area[Written..];
        if (rest.Length >= sizeof(uint)) MessageLayout.WriteWord(rest, 0, 0);
        else rest.Clear();
    }
}
