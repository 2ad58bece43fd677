namespace MinkActors.Linux.Device;

/// <summary>What one client process may take of the host, all its open files together. Reaching a limit hits that process only (spec/11 D-35).</summary>
/// <remarks>Each is a small part of what the host has, so that one client that takes all it can leaves enough for the others.</remarks>
internal sealed record TeeClientLimits
{
    /// <summary>Open files of the device; one more open fails with EMFILE.</summary>
    public int FilesMax { get; init; } = 512;

    /// <summary>Invocations under way; one more fails with EBUSY. Each holds one of the slots into the secure world.</summary>
    public int InvocationsMax { get; init; } = 256;

    /// <summary>Secure objects in the tables; one more output is refused as not convertible (-96).</summary>
    public int SecureObjectsMax { get; init; } = 131_072;

    /// <summary>User objects that S holds or may hold; one more fails with ENOSPC.</summary>
    public int UserObjectsMax { get; init; } = 131_072;

    /// <summary>Buffers of SHM_ALLOC; one more fails with ENOMEM.</summary>
    public int SharedBuffersMax { get; init; } = 512;

    /// <summary>Bytes of these buffers together; beyond them ENOMEM.</summary>
    public long SharedBytesMax { get; init; } = 512L << 20;
}

/// <summary>One kind of thing that is counted against a limit. Any thread.</summary>
internal sealed class Allowance(long max)
{
    private long _taken;

    public bool TryTake(long amount = 1)
    {
        if (Interlocked.Add(ref _taken, amount) <= max) return true;
        GiveBack(amount);
        return false;
    }

    public void GiveBack(long amount = 1) => Interlocked.Add(ref _taken, -amount);
}

/// <summary>What one client process has taken. It lives as long as anything is counted in it, the process need not.</summary>
/// <remarks>Files that are passed on count where they were opened: whoever serves a file asks who opened it.</remarks>
internal sealed class ClientAccount(int processId, TeeClientLimits limits)
{
    public int ProcessId => processId;

    /// <summary>Open files. The device host's lock guards it.</summary>
    public int Files { get; set; }

    public bool MayOpen => Files < limits.FilesMax;

    public Allowance Invocations { get; } = new(limits.InvocationsMax);

    public Allowance SecureObjects { get; } = new(limits.SecureObjectsMax);

    public Allowance UserObjects { get; } = new(limits.UserObjectsMax);

    public Allowance SharedBuffers { get; } = new(limits.SharedBuffersMax);

    public Allowance SharedBytes { get; } = new(limits.SharedBytesMax);
}
