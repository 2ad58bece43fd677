using System.Buffers.Binary;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The normal world's clock, as its time service tells it (listener 0xB, spec/05 section 3). Within a call only.</summary>
public sealed class TimeListener(TrustedApplication application)
{
    /// <summary>Listener id.</summary>
    public const uint Id = 0xB;

    private const uint GetUtcSeconds = 0x302;
    private const uint GetTimeMs = 0x304;

    /// <summary>Seconds and nanoseconds since 1970; the client's word.</summary>
    /// <exception cref="ListenerException">There is no such service, or it failed.</exception>
    public async ValueTask<(uint Seconds, uint Nanoseconds)> GetUtcAsync()
    {
        var response = new byte[16];
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Words(GetUtcSeconds), response);
        if (BinaryPrimitives.ReadInt32LittleEndian(response.AsSpan(12)) != 0) throw new ListenerException(ResultCode.Error, 0, "The normal world has no time.");
        return (BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(4)), BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(8)));
    }

    /// <summary>Milliseconds since 1970.</summary>
    /// <inheritdoc cref="GetUtcAsync" path="/exception"/>
    public async ValueTask<ulong> GetMillisecondsAsync()
    {
        var response = new byte[12];
        await ListenerRequest.SendAsync(application, Id, ListenerRequest.Words(GetTimeMs), response);
        var milliseconds = BinaryPrimitives.ReadUInt64LittleEndian(response.AsSpan(4));
        return milliseconds != ulong.MaxValue ? milliseconds : throw new ListenerException(ResultCode.Error, 0, "The normal world has no time.");
    }
}
