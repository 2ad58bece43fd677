namespace MinkActors.Protocol.Qseecom;

/// <summary>The numbers of spec 08 sections 4, 5 and 6.</summary>
public static class QseecomLimits
{
    /// <summary>An application name is shorter than this many bytes; the name buffer has this size.</summary>
    public const int NameBufferSize = 64;
    /// <summary>Calls made in basic mode before a busy firmware becomes EBUSY.</summary>
    public const int BusyCallsBasic = 22;
    /// <summary>Calls made in full mode before a busy firmware becomes EBUSY.</summary>
    public const int BusyCallsFull = 68;
    /// <summary>Sleep between two busy answers, in milliseconds.</summary>
    public const int BusySleepMs = 30;
    /// <summary>Entries of a scatter table.</summary>
    public const int ScatterEntries = 4;
    /// <summary>Feature id whose version is the version of QSEE.</summary>
    public const uint FeatureQseeVersion = 10;
    /// <summary>Feature id of the scatter table forms; used only from 1.0.0 on.</summary>
    public const uint FeatureScatterTable = 15;

    /// <summary>Where the response starts: the next multiple of 8 behind the request, in one contiguous block.</summary>
    public static long ResponseOffset(long requestSize) => (requestSize + 7) & ~7L;

    /// <summary>Writes an application name into its 64-byte buffer, zero behind it.</summary>
    /// <param name="buffer">Room of 64 bytes.</param>
    /// <param name="name">1 to 63 bytes; only these count in the call, no terminator is needed.</param>
    /// <param name="refusal">A name of 64 bytes or more: EINVAL before any SMC. Room too small.</param>
    public static bool TryWriteName(Span<byte> buffer, ReadOnlySpan<byte> name, out QseecomRefusal refusal)
    {
        refusal = default;
        if (name.Length >= NameBufferSize)
        {
            refusal = new(QseecomField.ApplicationName, 0, name.Length, NameBufferSize - 1);
        }
        else if (buffer.Length < NameBufferSize)
        {
            refusal = new(QseecomField.Image, 0, buffer.Length, NameBufferSize);
        }
        else
        {
            buffer[..NameBufferSize].Clear();
            name.CopyTo(buffer);
        }
        return refusal.IsNone;
    }
}
