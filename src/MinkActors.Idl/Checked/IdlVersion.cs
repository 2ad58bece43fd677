namespace MinkActors.Idl.Checked;

/// <summary>Version of a method or an interface (spec/07 section 7.1).</summary>
internal readonly record struct IdlVersion(int Major, int Minor) : IComparable<IdlVersion>
{
    public const int MaxNumber = 1023;

    public static readonly IdlVersion Default = new(1, 0);

    /// <summary>10 bits, 10 bits, and 12 bits of patch that are always zero.</summary>
    public uint Word => (uint)Major << 22 | (uint)Minor << 12;

    public int CompareTo(IdlVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public override string ToString() => $"{Major}.{Minor}";
}
