namespace MinkActors.Sisters.Qseecom;

/// <summary>What is asked of an application; all travel alike (spec/08 section 2).</summary>
public enum QseecomCommand
{
    /// <summary>A request of its own protocol.</summary>
    Send,
    /// <summary>GlobalPlatform: opens a session.</summary>
    GpOpenSession,
    /// <summary>GlobalPlatform: closes a session. Takes no references.</summary>
    GpCloseSession,
    /// <summary>GlobalPlatform: invokes a command.</summary>
    GpInvoke,
    /// <summary>GlobalPlatform: cancels. Takes no references.</summary>
    GpCancel,
}

/// <summary>Memory passed along with a request.</summary>
/// <param name="Offset">Where in the request its 64-bit address goes.</param>
/// <param name="Memory">Must live until the call has ended.</param>
public readonly record struct QseecomReference(int Offset, QseecomMemory Memory);
