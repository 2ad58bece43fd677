using System.Buffers.Binary;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Files of the normal world (listener 0xA, spec/05 section 4). Flags, modes and error numbers are Linux's. Within a call only.</summary>
/// <remarks>Names have at most 255 bytes. Numbers in answers are the client's word, and checked.</remarks>
public sealed class FileListener(TrustedApplication application)
{
    /// <summary>Listener id.</summary>
    public const uint Id = 0xA;

    /// <summary>Bytes that one read or write moves at most.</summary>
    public const int TransferMax = 20_000;

    /// <summary>Opens a file.</summary>
    /// <returns>Its descriptor in the service.</returns>
    /// <exception cref="ListenerException">There is no such service, or it failed.</exception>
    public ValueTask<int> OpenAsync(string path, int flags) => NumberAsync(ListenerRequest.Named(0x202, path, null, [(uint)flags]), "open " + path);

    /// <summary>Reads from where the file stands; 0 at its end.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask<int> ReadAsync(int descriptor, Memory<byte> into)
    {
        var response = new byte[8 + TransferMax];
        var count = Math.Min(into.Length, TransferMax);
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Words(0x207, (uint)descriptor, (uint)count), response);
        var read = BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(4 + TransferMax));
        if (read < 0 || read > count) throw Failed("read");
        response.AsSpan(4, read).CopyTo(into.Span);
        return read;
    }

    /// <summary>Writes where the file stands, at most <see cref="TransferMax"/> bytes.</summary>
    /// <returns>Bytes written.</returns>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask<int> WriteAsync(int descriptor, ReadOnlyMemory<byte> bytes)
    {
        var request = new byte[12 + TransferMax];
        var count = Math.Min(bytes.Length, TransferMax);
        ListenerRequest.Words(0x208, (uint)descriptor).CopyTo(request, 0);
        bytes.Span[..count].CopyTo(request.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(8 + TransferMax), count);
        var written = await NumberAsync(request, "write");
        return written <= count ? written : throw Failed("write");
    }

    /// <summary>Closes a file.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask CloseAsync(int descriptor) => await NumberAsync(ListenerRequest.Words(0x209, (uint)descriptor), "close");

    /// <summary>Sets where the file stands: whence 0 is its start, 1 where it stands, 2 its end.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public ValueTask<int> SeekAsync(int descriptor, int offset, int whence) => NumberAsync(ListenerRequest.Words(0x20A, (uint)descriptor, (uint)offset, (uint)whence), "seek");

    /// <summary>Size of an open file in bytes.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask<long> GetSizeAsync(int descriptor)
    {
        var response = new byte[104];
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Words(0x20E, (uint)descriptor), response);
        if (BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(100)) != 0) throw Failed("stat");
        return BinaryPrimitives.ReadInt64LittleEndian(response.AsSpan(48));
    }

    /// <summary>Makes a directory and its parents; one that is there already is well.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask MakeDirectoryAsync(string path) => await NumberAsync(ListenerRequest.Named(0x210, path, null, [0x1FF]), "make directory " + path);

    /// <summary>Whether a directory exists.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask<bool> ExistsAsync(string path) => await AskAsync(ListenerRequest.Named(0x211, path, null, [])) == 0;

    /// <summary>Removes a file, or a directory with all below it.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask RemoveAsync(string path) => await NumberAsync(ListenerRequest.Named(0x213, path, null, []), "remove " + path);

    /// <summary>Renames a file.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask RenameAsync(string from, string to) => await NumberAsync(ListenerRequest.Named(0x217, from, to, []), "rename " + from);

    /// <summary>Writes an open file's data through to its medium.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async ValueTask SyncAsync(int descriptor) => await NumberAsync(ListenerRequest.Words(0x216, (uint)descriptor), "sync");

    /// <summary>The error number of the last failure; the service keeps one for all its users, and success does not clear it.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public ValueTask<int> GetErrorAsync() => AskAsync(ListenerRequest.Words(0x21C));

    private async ValueTask<int> NumberAsync(byte[] request, string what)
    {
        var number = await AskAsync(request);
        return number >= 0 ? number : throw Failed(what);
    }

    private async ValueTask<int> AskAsync(byte[] request)
    {
        var response = new byte[8];
        await ListenerRequest.SendAsync(application, Id, request, response);
        return BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(4));
    }

    private static ListenerException Failed(string what) => new(ResultCode.Error, 0, $"The normal world's file service failed to {what}.");
}
