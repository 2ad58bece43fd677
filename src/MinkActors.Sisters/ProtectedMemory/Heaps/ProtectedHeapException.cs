using MinkActors.Protocol;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A heap refused, with the error number that a driver's caller would see (spec 10 sections 11 and 12).</summary>
/// <param name="errno">Positive.</param>
/// <param name="reason">What was wanted.</param>
/// <param name="inner">What the provider or the path said; null when it was not asked.</param>
public sealed class ProtectedHeapException(Errno errno, string reason, Exception? inner = null) : Exception($"{reason} ({errno}).", inner)
{
    /// <summary>The error number, positive.</summary>
    public Errno Errno => errno;
}
