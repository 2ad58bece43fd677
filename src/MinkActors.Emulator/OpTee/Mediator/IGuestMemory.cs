namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>
/// One guest's memory as its mediator sees it. All addresses are the guest's and page-aligned; a page counts only while it is
/// read-write memory of that guest, and it may stop being so between any two calls unless it is pinned.
/// </summary>
public interface IGuestMemory
{
    /// <summary>Copies one whole page, once. False, with nothing copied, when it is not the guest's.</summary>
    bool TryRead(ulong page, Span<byte> copy);

    /// <summary>The page itself, to write fields into. Whoever reads from it reads what the guest may be changing.</summary>
    bool TryMap(ulong page, out Span<byte> bytes);

    /// <summary>Holds a page so that it cannot be taken from the guest, and tells where it really is. Pins count.</summary>
    bool TryPin(ulong page, out ulong host);

    /// <summary>Gives one pin back.</summary>
    void Unpin(ulong page);
}
