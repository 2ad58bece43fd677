using System.Buffers.Binary;

namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>Writes packed little-endian fields one behind the other. Room is checked once, by the struct that uses it.</summary>
internal ref struct FieldWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;
    private int _at;

    /// <summary>A writer over room for that many bytes; false when there is less.</summary>
    public static bool TryStart(Span<byte> room, long size, out FieldWriter writer)
    {
        writer = new FieldWriter(room);
        return room.Length >= size;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_room[_at..], value);
        _at += 4;
    }

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_room[_at..], value);
        _at += 8;
    }

    public void Grants(ReadOnlySpan<DeviceGrant> grants)
    {
        foreach (var grant in grants)
        {
            U32(grant.Device);
            U32((uint)grant.Rights);
        }
    }
}

/// <summary>Reads packed little-endian fields one behind the other. The size is checked once, by the struct that uses it.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>A reader over exactly that many bytes; false for any other size.</summary>
    public static bool TryStart(ReadOnlySpan<byte> bytes, long size, out FieldReader reader)
    {
        reader = new FieldReader(bytes);
        return bytes.Length == size;
    }

    /// <summary>The grants behind a header; false unless they fill the rest exactly.</summary>
    public readonly bool TryGrants(int headerSize, long count, out GrantList grants)
    {
        var fits = _bytes.Length == headerSize + (DeviceGrant.Size * count);
        grants = fits ? new(_bytes[headerSize..]) : default;
        return fits;
    }

    public uint U32()
    {
        _at += 4;
        return BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(_at - 4)..]);
    }

    public ulong U64()
    {
        _at += 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(_bytes[(_at - 8)..]);
    }
}
