using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MinkActors.Emulator.Qsee.Uefi;

/// <summary>Storage in one file. Its owner must be the only one to use the path and the path with ".new" behind it.</summary>
public sealed class FileVariableStorage : IVariableStorage
{
    private readonly string _path;
    private readonly string _fresh;
    private readonly string _directory;

    /// <param name="path">Need not exist; its directory must.</param>
    public FileVariableStorage(string path)
    {
        _path = Path.GetFullPath(path);
        _fresh = _path + ".new";
        _directory = Path.GetDirectoryName(_path) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
    }

    /// <inheritdoc/>
    public byte[] ReadAll() => File.Exists(_path) ? File.ReadAllBytes(_path) : [];

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var isNew = !File.Exists(_path);
        Write(_path, FileMode.Append, bytes);
        if (isNew) FlushDirectory();
    }

    /// <inheritdoc/>
    public void Replace(ReadOnlySpan<byte> bytes)
    {
        // The rename is the commit: a crash before it leaves the old file, and the half-written one is overwritten next time.
        Write(_fresh, FileMode.Create, bytes);
        File.Move(_fresh, _path, overwrite: true);
        FlushDirectory();
    }

    private static void Write(string file, FileMode mode, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(file, mode, FileAccess.Write, FileShare.Read);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>A name is durable only when its directory is. There is no managed way to a directory's descriptor.</summary>
    private void FlushDirectory()
    {
        if (!OperatingSystem.IsLinux()) return;
        const int readOnlyCloseOnExec = 0x80000;
        using var directory = new SafeFileHandle(Open(_directory, readOnlyCloseOnExec), ownsHandle: true);
        if (directory.IsInvalid) throw new IOException($"The directory {_directory} cannot be flushed: error {Marshal.GetLastPInvokeError()}.");
        RandomAccess.FlushToDisk(directory);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
