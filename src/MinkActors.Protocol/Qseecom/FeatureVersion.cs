namespace MinkActors.Protocol.Qseecom;

/// <summary>A packed version: major 10 bits, minor 10 bits, patch 12 bits (spec 08 section 5).</summary>
public readonly record struct FeatureVersion(uint Word)
{
    /// <summary>From here on buffers may lie above 4 GiB.</summary>
    public static FeatureVersion HighBuffers => new(4u << 22);
    /// <summary>From here on the scatter table forms may be used.</summary>
    public static FeatureVersion ScatterTables => new(1u << 22);

    /// <summary>0..1023.</summary>
    public int Major => (int)(Word >> 22);
    /// <summary>0..1023.</summary>
    public int Minor => (int)((Word >> 12) & 0x3FF);
    /// <summary>0..4095.</summary>
    public int Patch => (int)(Word & 0xFFF);

    /// <summary>The version in a return: the low 32 bits of x1.</summary>
    public static FeatureVersion From(in QseecomResponse response) => new((uint)response.Result);

    /// <summary>Packs three parts; a part that does not fit is refused.</summary>
    public static bool TryCreate(long major, long minor, long patch, out FeatureVersion version, out QseecomRefusal refusal)
    {
        version = default;
        refusal = (major, minor, patch) switch
        {
            (< 0 or > 0x3FF, _, _) => new(QseecomField.Version, 0, major, 0x3FF),
            (_, < 0 or > 0x3FF, _) => new(QseecomField.Version, 1, minor, 0x3FF),
            (_, _, < 0 or > 0xFFF) => new(QseecomField.Version, 2, patch, 0xFFF),
            _ => default,
        };
        if (!refusal.IsNone)
        {
            return false;
        }
        version = new((uint)((major << 22) | (minor << 12) | patch));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Patch}";
}
