namespace MinkActors.Protocol.Tests;

/// <summary>Bytes as the specification writes them.</summary>
internal static class Hex
{
    public static byte[] Bytes(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));

    /// <summary>A whole buffer: the bytes, and zeros behind them.</summary>
    public static byte[] Buffer(string text, int size = 4096)
    {
        var bytes = Bytes(text);
        Array.Resize(ref bytes, size);
        return bytes;
    }

    /// <summary>That a buffer holds these bytes and zeros behind them.</summary>
    public static void AssertHolds(string text, byte[] buffer) =>
        Assert.Equal(Convert.ToHexString(Buffer(text, buffer.Length)), Convert.ToHexString(buffer));

    /// <summary>Changes one little-endian word.</summary>
    public static byte[] With(this byte[] buffer, int offset, uint word)
    {
        BitConverter.TryWriteBytes(buffer.AsSpan(offset), word);
        return buffer;
    }
}
