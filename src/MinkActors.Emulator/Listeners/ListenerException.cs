using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A service of the normal world failed, or is not there.</summary>
/// <param name="code">UNAVAIL without a listener; else what it answered, or ERROR when its response says that it failed.</param>
/// <param name="error">The Linux error number that the service gave, where it gives one with its answer; else 0.</param>
/// <param name="message">Which request.</param>
public sealed class ListenerException(ResultCode code, int error, string message) : MinkException(code, message)
{
    /// <summary>Linux error number, or 0.</summary>
    public int Error => error;
}
