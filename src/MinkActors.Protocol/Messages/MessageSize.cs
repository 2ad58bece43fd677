namespace MinkActors.Protocol;

/// <summary>Adds up the size of a message before there is a buffer for it. Sums are 64 bits wide and checked after the header and after each
/// buffer, so that none can overflow (doc 02, section 1). Bytes.</summary>
public struct MessageSize
{
    private readonly int _limit;
    private int _added;

    /// <summary>The header and the entries of <paramref name="counts"/>, which is the same for both messages.</summary>
    /// <param name="counts">Every argument of the message, objects included.</param>
    /// <param name="limit">The largest message; by default 4 MiB, the limit of a direct one.</param>
    public MessageSize(ArgumentCounts counts, int limit = DirectMessage.MaxSize)
    {
        _limit = limit;
        _added = 0;
        Total = MessageLayout.PayloadStart(counts);
    }

    /// <summary>Size so far, before rounding to pages. Unchanged by a refused buffer.</summary>
    public int Total { get; private set; }

    /// <summary>What the peer is told: rounded up to whole pages.</summary>
    public readonly int BufferSize => DirectMessage.RoundUpToPage(Total);

    /// <summary>Adds the next buffer, input or output. Refuses a size that is negative, as lengths of 2^63 and more arrive here, or that makes the
    /// message larger than its limit; the device ABI answers -EINVAL. The refusal calls it a message size and counts buffers from 0.</summary>
    public bool TryAdd(long size, out Refusal refusal)
    {
        if (size < 0 || size > _limit - Total || Total + MessageLayout.Align8(size) > _limit)
        {
            refusal = new Refusal(RefusedField.MessageSize, _added, size, _limit - Total);
            return false;
        }

        Total += (int)MessageLayout.Align8(size);
        _added++;
        refusal = default;
        return true;
    }
}
