namespace MinkActors.Emulator.Qsee.Uefi;

/// <summary>
/// The bytes behind a <see cref="VariableLog"/>. What a crash may do to them is part of the contract: an
/// <see cref="Append"/> that did not return may have left any prefix of its bytes, a <see cref="Replace"/> that did not return
/// has left the old bytes or the new ones, nothing between.
/// </summary>
public interface IVariableStorage
{
    /// <summary>All bytes; empty when nothing was ever stored.</summary>
    byte[] ReadAll();

    /// <summary>Adds bytes at the end and returns once they survive a crash.</summary>
    /// <exception cref="IOException">They may be there in part.</exception>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Puts these bytes in the place of all others (write a new file, then rename) and returns once that survives a crash.</summary>
    /// <exception cref="IOException">The old bytes are still there.</exception>
    void Replace(ReadOnlySpan<byte> bytes);
}

/// <summary>Storage that lives as long as the process, for worlds that need no file.</summary>
public sealed class MemoryVariableStorage : IVariableStorage
{
    private readonly List<byte> _bytes = [];

    /// <summary>Starts with a copy of <paramref name="bytes"/>.</summary>
    public MemoryVariableStorage(ReadOnlySpan<byte> bytes = default) => _bytes.AddRange(bytes);

    /// <inheritdoc/>
    public byte[] ReadAll() => [.. _bytes];

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    /// <inheritdoc/>
    public void Replace(ReadOnlySpan<byte> bytes)
    {
        _bytes.Clear();
        _bytes.AddRange(bytes);
    }
}
