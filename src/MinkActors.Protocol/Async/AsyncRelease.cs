namespace MinkActors.Protocol;

/// <summary>The ids of one release message, in place. Each stands for one reference given up. Raw words: those below 0x80000001 and those
/// unknown are skipped by whoever owns the table.</summary>
public readonly ref struct AsyncRelease
{
    private readonly ReadOnlySpan<byte> _ids;

    internal AsyncRelease(uint version, ReadOnlySpan<byte> ids)
    {
        Version = version;
        _ids = ids;
    }

    /// <summary>The sender's protocol version; its minor half is for the log only.</summary>
    public uint Version { get; }

    /// <summary>May be 0.</summary>
    public int Count => _ids.Length / sizeof(uint);

    /// <summary>Reads the word from the shared area; read each once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such id.</exception>
    public uint this[int index] => MessageLayout.ReadWord(_ids.Slice(index * sizeof(uint), sizeof(uint)), 0);
}
