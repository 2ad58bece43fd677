using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Fetches a client's credentials by callbacks, within the call that registers it (spec/04 sections 3 and 4.1).</summary>
internal static class CredentialsReader
{
    /// <summary>A request and its answer share a message buffer of 4 KiB with the async area.</summary>
    private const int ChunkMax = 2048;

    /// <summary>The client's identity; null when it is to be answered ERROR.</summary>
    /// <remarks>The length is asked for once and checked before anything is allocated: the client could answer differently a second time.</remarks>
    public static async ValueTask<ClientIdentity?> ReadAsync(IoProxy credentials)
    {
        byte[] bytes;
        try
        {
            var length = await credentials.GetLengthAsync();
            if (length > CredentialsMap.LengthMax) return null;
            bytes = new byte[length];
            for (var offset = 0; offset < bytes.Length;)
            {
                var read = await credentials.ReadAtOffsetAsync((ulong)offset, bytes.AsMemory(offset, Math.Min(ChunkMax, bytes.Length - offset)));
                if (read == 0) return null;
                offset += read;
            }
        }
        catch (MinkException)
        {
            return null;
        }
        return CredentialsMap.TryRead(bytes, out var identity) ? identity : null;
    }
}
