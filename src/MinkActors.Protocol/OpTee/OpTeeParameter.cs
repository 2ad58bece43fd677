using System.Buffers.Binary;

namespace MinkActors.Protocol.OpTee;

/// <summary>One parameter of a message: an attribute and three 64-bit words whose meaning follows from the type.</summary>
public readonly record struct OpTeeParameter(OpTeeAttribute Attribute, ulong A, ulong B, ulong C)
{
    /// <summary>Bytes of a parameter.</summary>
    public const int Size = 32;

    /// <summary>Temporary memory: its address, or that of its page list plus the offset in the first page.</summary>
    public ulong Address => A;
    /// <summary>Registered memory: offset into the object.</summary>
    public ulong Offset => A;
    /// <summary>Any memory: bytes.</summary>
    public ulong ByteSize => B;
    /// <summary>Any memory: the cookie.</summary>
    public ulong Cookie => C;
    /// <summary>A memory reference to nothing: temporary at address 0, or registered with cookie 0.</summary>
    public bool IsNullMemory => (Attribute.IsTemporary && A == 0) || (Attribute.IsRegistered && C == 0);
    /// <summary>Where the page list starts.</summary>
    public ulong PageListAddress => A & ~(ulong)(PageList.PageSize - 1);
    /// <summary>Offset in the first page of memory by page list.</summary>
    public int PageOffset => (int)(A & (PageList.PageSize - 1));

    /// <summary>A value parameter.</summary>
    public static OpTeeParameter Value(OpTeeParameterType type, ulong a = 0, ulong b = 0, ulong c = 0, bool meta = false) =>
        new(OpTeeAttribute.Of(type, meta), a, b, c);

    /// <summary>A parameter in registered memory.</summary>
    public static OpTeeParameter Registered(OpTeeParameterType type, ulong offset, ulong size, ulong cookie) =>
        new(OpTeeAttribute.Of(type), offset, size, cookie);

    /// <summary>A parameter in temporary memory.</summary>
    public static OpTeeParameter Temporary(OpTeeParameterType type, ulong address, ulong size, ulong cookie, bool nonContiguous = false) =>
        new(OpTeeAttribute.Of(type, nonContiguous: nonContiguous), address, size, cookie);

    /// <summary>A UUID in a and b: its 16 octets laid over the two words as they lie in memory.</summary>
    public static OpTeeParameter UuidValue(OpTeeAttribute attribute, in Guid uuid, ulong c = 0)
    {
        var (a, b) = OpTeeUuid.ToWords(uuid);
        return new(attribute, a, b, c);
    }

    /// <summary>The UUID in a and b.</summary>
    public Guid Uuid => OpTeeUuid.FromWords(A, B);

    /// <summary>Writes 32 bytes; the caller has made sure of the room.</summary>
    public void Write(Span<byte> image)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(image, Attribute.Word);
        BinaryPrimitives.WriteUInt64LittleEndian(image[8..], A);
        BinaryPrimitives.WriteUInt64LittleEndian(image[16..], B);
        BinaryPrimitives.WriteUInt64LittleEndian(image[24..], C);
    }

    /// <summary>Reads 32 bytes; the caller has made sure they are there.</summary>
    public static OpTeeParameter Read(ReadOnlySpan<byte> image) =>
        new(new(BinaryPrimitives.ReadUInt64LittleEndian(image)), BinaryPrimitives.ReadUInt64LittleEndian(image[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(image[16..]), BinaryPrimitives.ReadUInt64LittleEndian(image[24..]));
}

/// <summary>UUIDs as OP-TEE carries them: 16 octets in RFC 4122 order.</summary>
public static class OpTeeUuid
{
    /// <summary>Bytes of a UUID.</summary>
    public const int Size = 16;

    /// <summary>The two words whose memory image is the 16 octets.</summary>
    public static (ulong A, ulong B) ToWords(in Guid uuid)
    {
        Span<byte> octets = stackalloc byte[Size];
        Write(octets, uuid);
        return (BinaryPrimitives.ReadUInt64LittleEndian(octets), BinaryPrimitives.ReadUInt64LittleEndian(octets[8..]));
    }

    /// <summary>The UUID whose octets lie in two words.</summary>
    public static Guid FromWords(ulong a, ulong b)
    {
        Span<byte> octets = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt64LittleEndian(octets, a);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[8..], b);
        return Read(octets);
    }

    /// <summary>Writes 16 octets; the caller has made sure of the room.</summary>
    public static void Write(Span<byte> octets, in Guid uuid) => uuid.TryWriteBytes(octets, bigEndian: true, out _);

    /// <summary>Reads 16 octets; the caller has made sure they are there.</summary>
    public static Guid Read(ReadOnlySpan<byte> octets) => new(octets[..Size], bigEndian: true);
}
