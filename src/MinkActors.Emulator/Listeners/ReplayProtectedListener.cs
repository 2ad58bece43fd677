using System.Buffers.Binary;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The replay-protected memory block of the normal world's disk (listener 0x2000, spec/05 section 6). Within a call only.</summary>
/// <remarks>Frames of 512 bytes travel through as they are: whoever sends them signs them and checks what comes back.</remarks>
public sealed class ReplayProtectedListener(TrustedApplication application)
{
    /// <summary>Listener id.</summary>
    public const uint Id = 0x2000;

    /// <summary>Bytes of a frame.</summary>
    public const int FrameSize = 512;

    private const int HeaderSize = 24;
    private const int ResponseOffset = 20;
    private const int MessageMax = 20_480;

    private const uint Init = 0x101;
    private const uint Read = 0x102;
    private const uint Write = 0x103;

    /// <summary>Size in sectors of 512 bytes, and frames of one reliable write.</summary>
    /// <exception cref="ListenerException">There is no such service, or it failed.</exception>
    public async ValueTask<(uint Sectors, uint FramesPerWrite)> InitAsync()
    {
        var response = new byte[20];
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Words(Init, 1), response);
        Check(BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(8)), "start");
        return (BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(12)), BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(16)));
    }

    /// <summary>Reads sectors: one request frame for each group.</summary>
    /// <param name="sectors">How many, at most 39.</param>
    /// <param name="framesPerWrite">Not 0.</param>
    /// <param name="request">The request frames.</param>
    /// <returns>One frame for each sector.</returns>
    /// <inheritdoc cref="InitAsync" path="/exception"/>
    public ValueTask<byte[]> ReadAsync(int sectors, int framesPerWrite, ReadOnlyMemory<byte> request) => TransferAsync(Read, sectors, framesPerWrite, request, sectors * FrameSize);

    /// <summary>Writes sectors.</summary>
    /// <returns>The result frame of the last group.</returns>
    /// <inheritdoc cref="ReadAsync" path="/param"/>
    /// <inheritdoc cref="InitAsync" path="/exception"/>
    public ValueTask<byte[]> WriteAsync(int sectors, int framesPerWrite, ReadOnlyMemory<byte> request) => TransferAsync(Write, sectors, framesPerWrite, request, FrameSize);

    private async ValueTask<byte[]> TransferAsync(uint command, int sectors, int framesPerWrite, ReadOnlyMemory<byte> frames, int responseSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sectors, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerWrite, 1);     // the published service would divide by it
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HeaderSize + frames.Length, MessageMax, nameof(frames));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ResponseOffset + responseSize, MessageMax, nameof(sectors));
        byte[] request = [.. ListenerRequest.Words(command, (uint)sectors, (uint)frames.Length, HeaderSize, 1, (uint)framesPerWrite), .. frames.Span];
        var response = new byte[ResponseOffset + responseSize];
        await ListenerRequest.SendAsync(application, Id, request, response);
        Check(BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(4)), "transfer");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(8));
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(12));
        if (offset != ResponseOffset || length > (uint)responseSize) throw new ListenerException(ResultCode.Error, 0, $"The service answers {length} bytes at {offset}.");
        return response.AsSpan(ResponseOffset, (int)length).ToArray();
    }

    private static void Check(int status, string what)
    {
        if (status != 0) throw new ListenerException(ResultCode.Error, Math.Max(status, 0), $"The normal world's protected memory failed to {what}: status {status}.");
    }
}
