using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Requests to listeners as bytes: little-endian words and names of 256 bytes, packed (spec/05 section 1).</summary>
internal static class ListenerRequest
{
    public const int NameSize = 256;

    /// <summary>A request of 32-bit words.</summary>
    public static byte[] Words(params ReadOnlySpan<uint> words)
    {
        var bytes = new byte[4 * words.Length];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }

    /// <summary>A request of one or two names behind the command, words behind them, and bytes behind those.</summary>
    public static byte[] Named(uint command, string name, string? second, ReadOnlySpan<uint> words, ReadOnlySpan<byte> data = default)
    {
        var bytes = new byte[4 + (second is null ? 1 : 2) * NameSize + 4 * words.Length + data.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, command);
        WriteName(name, bytes.AsSpan(4, NameSize));
        var at = 4 + NameSize;
        if (second is not null)
        {
            WriteName(second, bytes.AsSpan(at, NameSize));
            at += NameSize;
        }

        Words(words).CopyTo(bytes, at);
        data.CopyTo(bytes.AsSpan(at + 4 * words.Length));
        return bytes;
    }

    /// <summary>Has it served.</summary>
    /// <exception cref="ListenerException">There is no such listener, or it did not serve the request.</exception>
    public static async ValueTask SendAsync(TrustedApplication application, uint listener, byte[] request, byte[] response)
    {
        var result = await application.RequestAsync(listener, request, Math.Max(request.Length, response.Length), response);
        if (result != ResultCode.Ok) throw new ListenerException(result, 0, string.Create(CultureInfo.InvariantCulture, $"Listener 0x{listener:X} answers {result.Describe()}."));
    }

    // At most 255 bytes, so that a zero ends it always.
    private static void WriteName(string name, Span<byte> into)
    {
        if (Encoding.UTF8.GetByteCount(name) >= NameSize || name.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException($"A name has at most {NameSize - 1} bytes, none of them zero.", nameof(name));
        Encoding.UTF8.GetBytes(name, into);
    }
}
