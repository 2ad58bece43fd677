using System.Formats.Cbor;

namespace MinkActors.Emulator;

/// <summary>The CBOR map that clients identify themselves with, read as laxly as QTEE does (spec/04 section 4.3).</summary>
internal static class CredentialsMap
{
    /// <summary>Longest credentials that are read at all, in bytes.</summary>
    public const int LengthMax = 64 * 1024;

    private const ulong UserIdKey = 1;
    private const ulong SystemTimeKey = 6;
    private const int NestingMax = 4;

    /// <summary>Reads the client's properties; false for bytes that are no such map.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out ClientIdentity identity)
    {
        identity = null!;
        if (bytes.Length > LengthMax) return false;
        // Lax, since one of the two encoders in use never writes a shortest form.
        var reader = new CborReader(bytes, CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
        try
        {
            ulong? userId = null, time = null;
            if (reader.PeekState() != CborReaderState.StartMap) return false;
            reader.ReadStartMap();
            while (reader.PeekState() != CborReaderState.EndMap)
            {
                ulong? key = reader.PeekState() == CborReaderState.UnsignedInteger ? reader.ReadUInt64() : null;
                if (key is null && !TrySkip(reader, 1)) return false;
                if (key is UserIdKey or SystemTimeKey && reader.PeekState() == CborReaderState.UnsignedInteger)
                {
                    var value = reader.ReadUInt64();
                    if (key == UserIdKey) userId ??= value;
                    else time ??= value;
                }
                else if (!TrySkip(reader, 1)) return false;
            }
            if (userId is not { } user || user > uint.MaxValue) return false;
            identity = new ClientIdentity((uint)user, time, false, null);
            return true;
        }
        catch (Exception refused) when (refused is CborContentException or InvalidOperationException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Passes over one value inside <paramref name="depth"/> containers. The reader would skip any nesting; a peer must not decide how deep.</summary>
    private static bool TrySkip(CborReader reader, int depth)
    {
        while (reader.PeekState() == CborReaderState.Tag) reader.ReadTag();
        switch (reader.PeekState())
        {
            case CborReaderState.StartArray:
                if (depth == NestingMax) return false;
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                {
                    if (!TrySkip(reader, depth + 1)) return false;
                }
                reader.ReadEndArray();
                return true;
            case CborReaderState.StartMap:
                if (depth == NestingMax) return false;
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    if (!TrySkip(reader, depth + 1)) return false;
                }
                reader.ReadEndMap();
                return true;
            default:
                reader.SkipValue(disableConformanceModeChecks: true);
                return true;
        }
    }
}
