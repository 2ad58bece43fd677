using System.Buffers.Binary;
using System.Globalization;

namespace MinkActors;

/// <summary>Who a client says it is when it registers with the secure world (spec/04 section 4).</summary>
/// <param name="UserId">Real user id.</param>
/// <param name="SystemTime">The clock to report; null: the actor system's, when the credentials are used.</param>
public sealed record Credentials(uint UserId, DateTimeOffset? SystemTime = null)
{
    private const byte MapOfTwo = 0xA2;
    private const byte KeyUserId = 1;
    private const byte KeySystemTime = 6;
    private const byte EightBytes = 0x1B;

    /// <summary>The user this process runs as, read from the operating system; user 0 where it does not tell.</summary>
    public static Credentials ForCurrentProcess() => new(ReadUserId());

    /// <summary>The CBOR map, byte for byte as the usual client library writes it: shortest integers, the time always in eight bytes.</summary>
    /// <param name="time">Asked when no time was given.</param>
    public byte[] Encode(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var milliseconds = (SystemTime ?? time.GetUtcNow()).ToUnixTimeMilliseconds();
        Span<byte> map = stackalloc byte[17];
        map[0] = MapOfTwo;
        map[1] = KeyUserId;
        var at = 2 + WriteShortest(map[2..], UserId);
        map[at++] = KeySystemTime;
        map[at++] = EightBytes;
        BinaryPrimitives.WriteInt64BigEndian(map[at..], milliseconds);
        return map[..(at + sizeof(long))].ToArray();
    }

    private static int WriteShortest(Span<byte> target, uint value)
    {
        switch (value)
        {
            case < 24:
                target[0] = (byte)value;
                return 1;
            case <= byte.MaxValue:
                target[0] = 0x18;
                target[1] = (byte)value;
                return 2;
            case <= ushort.MaxValue:
                target[0] = 0x19;
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)value);
                return 3;
            default:
                target[0] = 0x1A;
                BinaryPrimitives.WriteUInt32BigEndian(target[1..], value);
                return 5;
        }
    }

    // The base library does not tell the numeric user, and only one room of this project declares native calls.
    private static uint ReadUserId()
    {
        const string status = "/proc/self/status";
        if (!File.Exists(status)) return 0;
        var line = File.ReadLines(status).FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        var real = line?[4..].Split('\t', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return uint.TryParse(real, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
    }
}
