using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>Low byte of a parameter's attr (spec/03 section 4).</summary>
internal enum ParameterKind : byte
{
    None = 0,
    ValueInput = 1,
    ValueOutput = 2,
    ValueInOut = 3,
    MemrefInput = 5,
    MemrefOutput = 6,
    MemrefInOut = 7,
    UbufInput = 8,
    UbufOutput = 9,
    UbufInOut = 10,
    ObjrefInput = 11,
    ObjrefOutput = 12,
    ObjrefInOut = 13,
}

/// <summary>struct tee_ioctl_param: four 64-bit words whose meaning attr gives.</summary>
internal readonly record struct TeeParameter(ulong Attr, ulong A, ulong B, ulong C)
{
    public const int SizeBytes = 32;

    /// <summary>Marks the parameter that carries the ABI's own words rather than an argument.</summary>
    public const ulong Meta = 0x100;

    private const ulong KindMask = 0xFF;
    private const ulong AttrMask = KindMask | Meta;

    public ParameterKind Kind => (ParameterKind)(Attr & KindMask);

    /// <summary>Whether attr has a bit that means nothing.</summary>
    public bool HasUnknownBits => (Attr & ~AttrMask) != 0;

    /// <summary>Whether attr is this kind and nothing else: no META, no other bit.</summary>
    public bool Is(ParameterKind kind) => Attr == (ulong)kind;

    /// <summary>Whether attr is this kind with META.</summary>
    public bool IsMeta(ParameterKind kind) => Attr == ((ulong)kind | Meta);

    public static TeeParameter UbufInput(ulong address, ulong sizeBytes) => new((ulong)ParameterKind.UbufInput, address, sizeBytes, 0);

    public static TeeParameter UbufOutput(ulong address, ulong sizeBytes) => new((ulong)ParameterKind.UbufOutput, address, sizeBytes, 0);

    public static TeeParameter ObjrefInput(ulong id, ObjectFlags flags) => new((ulong)ParameterKind.ObjrefInput, id, (ulong)flags, 0);

    public static TeeParameter ObjrefOutput() => new((ulong)ParameterKind.ObjrefOutput, 0, 0, 0);

    public static TeeParameter Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(from),
        BinaryPrimitives.ReadUInt64LittleEndian(from[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(from[24..]));

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, Attr);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], A);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], B);
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], C);
    }
}
