namespace MinkActors.Emulator.Qsee.Uefi;

/// <summary>Storage in one file. Its owner must be the only one to use the path and the path with ".new" behind it.</summary>
public sealed class FileVariableStorage(string path) : IVariableStorage
{
    private readonly string _fresh = path + ".new";

    /// <inheritdoc/>
    public byte[] ReadAll() => File.Exists(path) ? File.ReadAllBytes(path) : [];

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes) => Write(path, FileMode.Append, bytes);

    /// <inheritdoc/>
    public void Replace(ReadOnlySpan<byte> bytes)
    {
        // The rename is the commit: a crash before it leaves the old file, and the half-written one is overwritten next time.
        Write(_fresh, FileMode.Create, bytes);
        File.Move(_fresh, path, overwrite: true);
    }

    private static void Write(string file, FileMode mode, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(file, mode, FileAccess.Write, FileShare.Read);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }
}
