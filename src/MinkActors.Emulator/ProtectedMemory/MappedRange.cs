namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>What a mapping of the secure world holds: bytes that stay where they are, and what they are, until it is released.</summary>
/// <param name="region">Where the bytes are.</param>
/// <param name="offset">The first of them.</param>
/// <param name="isLive">Whether the mapping was not revoked; null: nobody does that.</param>
/// <param name="release">Gives it up; null: nothing to do.</param>
internal sealed class MappedRange(SharedRegion region, int offset, Func<bool>? isLive, Action? release)
{
    public SharedRegion Region => region;

    public int Offset => offset;

    /// <summary>Neither given back by the normal world nor revoked by the platform.</summary>
    public bool IsLive => region.IsShared && isLive?.Invoke() != false;

    /// <summary>Once.</summary>
    public void Release() => release?.Invoke();
}
