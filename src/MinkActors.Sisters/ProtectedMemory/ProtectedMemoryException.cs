using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>The provider refused, or there is none.</summary>
/// <param name="error">As the carrier told it (spec 10 section 6).</param>
/// <param name="reason">What was wanted.</param>
public sealed class ProtectedMemoryException(ProtectedMemoryError error, string reason) : Exception($"{reason}: {error} (errno {error.ToErrno()}).")
{
    /// <summary>The provider's answer.</summary>
    public ProtectedMemoryError Error => error;

    /// <summary>The Linux error number, positive.</summary>
    public int Errno => error.ToErrno();
}
