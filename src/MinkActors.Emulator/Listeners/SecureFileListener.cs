using System.Buffers.Binary;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Which of the two directories of persistent objects.</summary>
public enum SecureFilePartition
{
    /// <summary>Lost when the device's data is erased.</summary>
    Data = 0,
    /// <summary>Kept.</summary>
    Persistent = 4,
}

/// <summary>The normal world's store of persistent objects (listener 0x7000, spec/05 section 5). Within a call only.</summary>
/// <remarks>Each request opens, acts and closes. Whoever uses it must know how long its files are: the published service never answers a read past the end.</remarks>
public sealed class SecureFileListener(TrustedApplication application)
{
    /// <summary>Listener id.</summary>
    public const uint Id = 0x7000;

    /// <summary>Bytes that one read or write moves at most.</summary>
    public const int TransferMax = 512_000;

    private const uint Read = 4;
    private const uint Write = 5;
    private const uint Remove = 6;
    private const uint Rename = 7;
    private const uint Version = 12;

    /// <summary>The service's version.</summary>
    /// <exception cref="ListenerException">There is no such service, or it failed; its error number is in it.</exception>
    public async ValueTask<uint> GetVersionAsync()
    {
        var response = new byte[12];
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Words(Version), response);
        Check(BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(8)), "tell its version");
        return BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(4));
    }

    /// <summary>Reads exactly as many bytes as there is room for; the file must have them.</summary>
    /// <returns>Bytes read.</returns>
    /// <inheritdoc cref="GetVersionAsync" path="/exception"/>
    public async ValueTask<int> ReadAsync(SecureFilePartition partition, string path, int offset, Memory<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(into.Length, TransferMax);
        var response = new byte[12 + into.Length];
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Named(Read + (uint)partition, Confined(path), null, [(uint)offset, (uint)into.Length]), response);
        Check(BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(4)), "read " + path);
        var read = BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(8));
        if (read > (uint)into.Length) throw new ListenerException(ResultCode.Error, 0, $"The service says that it read {read} bytes of {into.Length}.");
        response.AsSpan(12, (int)read).CopyTo(into.Span);
        return (int)read;
    }

    /// <summary>Writes, and makes the file where there is none.</summary>
    /// <returns>Bytes written.</returns>
    /// <inheritdoc cref="GetVersionAsync" path="/exception"/>
    public async ValueTask<int> WriteAsync(SecureFilePartition partition, string path, int offset, ReadOnlyMemory<byte> bytes, bool keepsBackup = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, TransferMax);
        uint[] words = [(uint)offset, (uint)bytes.Length, keepsBackup ? 1u : 0u];
        var response = new byte[12];
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Named(Write + (uint)partition, Confined(path), null, words, bytes.Span), response);
        Check(BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(4)), "write " + path);
        var written = BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(8));
        return written <= (uint)bytes.Length ? (int)written : throw new ListenerException(ResultCode.Error, 0, $"The service says that it wrote {written} bytes of {bytes.Length}.");
    }

    /// <summary>Removes a file.</summary>
    /// <inheritdoc cref="GetVersionAsync" path="/exception"/>
    public ValueTask RemoveAsync(SecureFilePartition partition, string path) =>
        DoAsync(ListenerRequest.Named(Remove + (uint)partition, Confined(path), null, []), "remove " + path);

    /// <summary>Renames a file over another.</summary>
    /// <inheritdoc cref="GetVersionAsync" path="/exception"/>
    public ValueTask RenameAsync(SecureFilePartition partition, string from, string to) =>
        DoAsync(ListenerRequest.Named(Rename + (uint)partition, Confined(from), Confined(to), []), "rename " + from);

    private async ValueTask DoAsync(byte[] request, string what)
    {
        var response = new byte[8];
        await ListenerRequest.SendAsync(application, Id, request, response);
        Check(BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(4)), what);
    }

    // The service appends the path to its directory as it is.
    private static string Confined(string path) =>
        path.Split('/').Contains("..") ? throw new ArgumentException($"'{path}' leaves the store.", nameof(path)) : path;

    private static void Check(int error, string what)
    {
        if (error != 0) throw new ListenerException(ResultCode.Error, error, $"The normal world's store failed to {what}: error {error}.");
    }
}
