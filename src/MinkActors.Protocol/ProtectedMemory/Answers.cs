namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>Out of GetInfo (op 0): 48 bytes.</summary>
/// <param name="Api">major &lt;&lt; 16 | minor.</param>
/// <param name="Granule">Bytes.</param>
/// <param name="Slots">All slots.</param>
/// <param name="SlotsUsed">Slots taken, carve-outs included.</param>
/// <param name="GrantsMax">Grants per region.</param>
/// <param name="Flags">1 scrubs, 2 dynamic regions.</param>
/// <param name="Pool">Bytes of static pools and lent dynamic pools.</param>
/// <param name="Free">Free bytes of these.</param>
/// <param name="LargestFree">Largest gap in bytes.</param>
public readonly record struct ProtectedMemoryInfo(uint Api, uint Granule, uint Slots, uint SlotsUsed, uint GrantsMax, uint Flags,
    ulong Pool, ulong Free, ulong LargestFree)
{
    /// <summary>Bytes.</summary>
    public const int Size = 48;

    /// <summary>Writes 48 bytes; 0 for no room.</summary>
    public int Write(Span<byte> room)
    {
        if (!FieldWriter.TryStart(room, Size, out var fields))
        {
            return 0;
        }
        foreach (var word in (ReadOnlySpan<uint>)[Api, Granule, Slots, SlotsUsed, GrantsMax, Flags])
        {
            fields.U32(word);
        }
        fields.U64(Pool);
        fields.U64(Free);
        fields.U64(LargestFree);
        return Size;
    }

    /// <summary>Reads exactly 48 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ProtectedMemoryInfo info)
    {
        info = default;
        if (!FieldReader.TryStart(bytes, Size, out var fields))
        {
            return false;
        }
        info = new(fields.U32(), fields.U32(), fields.U32(), fields.U32(), fields.U32(), fields.U32(), fields.U64(), fields.U64(), fields.U64());
        return true;
    }
}

/// <summary>Out of GetUseCaseConfig (op 1): 24 bytes, then the attributes.</summary>
/// <param name="MinimumSize">Bytes of the smallest region.</param>
/// <param name="Alignment">Bytes.</param>
/// <param name="AddressBits">Width of physical addresses, 1 to 64.</param>
/// <param name="Attributes">How many attribute words follow.</param>
public readonly record struct UseCaseConfig(ulong MinimumSize, ulong Alignment, uint AddressBits, uint Attributes)
{
    /// <summary>Bytes before the attributes.</summary>
    public const int HeaderSize = 24;

    /// <summary>Writes the answer. <see cref="ProtectedMemoryError.ShortBuffer"/> when the attributes do not fit: the header,
    /// with their count, is written if at least that fits.</summary>
    public static ProtectedMemoryError Write(Span<byte> room, ulong minimumSize, ulong alignment, uint addressBits,
        ReadOnlySpan<uint> attributes, out int written)
    {
        written = 0;
        if (room.Length < HeaderSize)
        {
            return ProtectedMemoryError.ShortBuffer;
        }
        var fields = new FieldWriter(room);
        fields.U64(minimumSize);
        fields.U64(alignment);
        fields.U32(addressBits);
        fields.U32((uint)attributes.Length);
        written = HeaderSize;
        if (room.Length < HeaderSize + 4L * attributes.Length)
        {
            return ProtectedMemoryError.ShortBuffer;
        }
        foreach (var attribute in attributes)
        {
            fields.U32(attribute);
        }
        written += 4 * attributes.Length;
        return ProtectedMemoryError.Ok;
    }

    /// <summary>Reads the header and gives the attribute words; false unless the size matches the count exactly.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out UseCaseConfig config, out ReadOnlySpan<byte> attributes)
    {
        config = default;
        attributes = default;
        if (bytes.Length < HeaderSize)
        {
            return false;
        }
        var fields = new FieldReader(bytes);
        config = new(fields.U64(), fields.U64(), fields.U32(), fields.U32());
        attributes = bytes[HeaderSize..];
        return bytes.Length == HeaderSize + 4L * config.Attributes;
    }
}

/// <summary>Out of Protect (op 2): 16 bytes.</summary>
public readonly record struct ProtectAnswer(ulong Handle, uint Slot)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>Writes 16 bytes; 0 for no room.</summary>
    public int Write(Span<byte> room) => new HandleRequest(Handle, Slot, 0).Write(room);

    /// <summary>Reads exactly 16 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ProtectAnswer answer)
    {
        answer = default;
        if (!FieldReader.TryStart(bytes, Size, out var fields))
        {
            return false;
        }
        answer = new(fields.U64(), fields.U32());
        return fields.U32() == 0;
    }
}

/// <summary>Out of Allocate (op 4): 32 bytes.</summary>
/// <param name="Handle">generation &lt;&lt; 32 | index.</param>
/// <param name="Address">0 for several segments, or for a client behind a mediator.</param>
/// <param name="ByteSize">The rounded size.</param>
/// <param name="Segments">How many.</param>
/// <param name="Slot">Slot of the pool.</param>
public readonly record struct AllocateAnswer(ulong Handle, ulong Address, ulong ByteSize, uint Segments, uint Slot)
{
    /// <summary>Bytes.</summary>
    public const int Size = 32;

    /// <summary>Writes 32 bytes; 0 for no room.</summary>
    public int Write(Span<byte> room)
    {
        if (!FieldWriter.TryStart(room, Size, out var fields))
        {
            return 0;
        }
        fields.U64(Handle);
        fields.U64(Address);
        fields.U64(ByteSize);
        fields.U32(Segments);
        fields.U32(Slot);
        return Size;
    }

    /// <summary>Reads exactly 32 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AllocateAnswer answer)
    {
        answer = default;
        if (!FieldReader.TryStart(bytes, Size, out var fields))
        {
            return false;
        }
        answer = new(fields.U64(), fields.U64(), fields.U64(), fields.U32(), fields.U32());
        return true;
    }
}

/// <summary>One segment of GetSegments (op 6): 12 packed bytes.</summary>
public readonly record struct ProtectedSegment(ulong Address, uint Length)
{
    /// <summary>Bytes.</summary>
    public const int Size = 12;

    /// <summary>Writes 12 bytes; 0 for no room.</summary>
    public int Write(Span<byte> room)
    {
        if (!FieldWriter.TryStart(room, Size, out var fields))
        {
            return 0;
        }
        fields.U64(Address);
        fields.U32(Length);
        return Size;
    }

    /// <summary>Reads 12 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ProtectedSegment segment)
    {
        segment = default;
        if (bytes.Length < Size)
        {
            return false;
        }
        var fields = new FieldReader(bytes);
        segment = new(fields.U64(), fields.U32());
        return true;
    }
}

/// <summary>Out of QueryRegion (op 9): 32 bytes, then the grants.</summary>
/// <param name="Address">0 for a client behind a mediator.</param>
/// <param name="ByteSize">Bytes.</param>
/// <param name="UseCase">Of the region.</param>
/// <param name="State">Of the region.</param>
/// <param name="References">All that hold it.</param>
public readonly record struct RegionDescription(ulong Address, ulong ByteSize, ProtectedUseCase UseCase, ProtectedRegionState State, uint References)
{
    /// <summary>Bytes before the grants.</summary>
    public const int HeaderSize = 32;

    /// <summary>Writes description and grants; 0 for no room.</summary>
    public int Write(Span<byte> room, ReadOnlySpan<DeviceGrant> grants)
    {
        var size = HeaderSize + (long)DeviceGrant.Size * grants.Length;
        if (!FieldWriter.TryStart(room, size, out var fields))
        {
            return 0;
        }
        fields.U64(Address);
        fields.U64(ByteSize);
        fields.U32((uint)UseCase);
        fields.U32((uint)State);
        fields.U32(References);
        fields.U32((uint)grants.Length);
        fields.Grants(grants);
        return (int)size;
    }

    /// <summary>Reads a description whose size matches its grants exactly.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RegionDescription region, out GrantList grants)
    {
        region = default;
        grants = default;
        if (bytes.Length < HeaderSize)
        {
            return false;
        }
        var fields = new FieldReader(bytes);
        region = new(fields.U64(), fields.U64(), (ProtectedUseCase)fields.U32(), (ProtectedRegionState)fields.U32(), fields.U32());
        return fields.TryGrants(HeaderSize, fields.U32(), out grants);
    }
}
