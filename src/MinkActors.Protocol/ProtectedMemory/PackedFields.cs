using System.Buffers.Binary;

namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>Writes packed little-endian fields one behind the other. Room is checked once, by the struct that uses it.</summary>
internal ref struct FieldWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;
    private int _at;

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
