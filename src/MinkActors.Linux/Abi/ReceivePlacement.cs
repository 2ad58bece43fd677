namespace MinkActors.Linux.Abi;

/// <summary>
/// Where the input payloads of a request go in a receive buffer: from its end downwards, each on a multiple of 8 (spec/03 section 7).
/// </summary>
/// <param name="address">Start of the buffer in the client; wraps harmlessly if it lies, since every write is checked.</param>
/// <param name="sizeBytes">Size of the buffer as the client states it.</param>
internal struct ReceivePlacement(ulong address, ulong sizeBytes)
{
    private ulong _free = sizeBytes;

    /// <summary>Takes room for the next payload; false when what is left is too small, and then nothing was taken.</summary>
    public bool TryPlace(ulong payloadBytes, out ulong payloadAddress)
    {
        payloadAddress = 0;
        if (payloadBytes > _free || _free == ulong.MaxValue) return false;
        _free = (_free - payloadBytes) & ~((ulong)TeeLimits.ReceiveAlignmentBytes - 1);
        payloadAddress = unchecked(address + _free);
        return true;
    }
}
