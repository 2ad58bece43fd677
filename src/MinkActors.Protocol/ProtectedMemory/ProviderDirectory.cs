using MinkActors.Protocol.OpTee;

namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>In of QueryProvider (spec 10 section 4): 8 bytes.</summary>
public readonly record struct ProviderQuery(uint Capability, uint Ordinal)
{
    /// <summary>Bytes.</summary>
    public const int Size = 8;

    /// <summary>Writes 8 bytes; 0 for no room.</summary>
    public int Write(Span<byte> room)
    {
        if (!FieldWriter.TryStart(room, Size, out var fields))
        {
            return 0;
        }
        fields.U32(Capability);
        fields.U32(Ordinal);
        return Size;
    }

    /// <summary>Reads exactly 8 bytes; other sizes are BAD_PARAMETERS.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ProviderQuery query)
    {
        query = default;
        if (!FieldReader.TryStart(bytes, Size, out var fields))
        {
            return false;
        }
        query = new(fields.U32(), fields.U32());
        return true;
    }
}

/// <summary>Out of QueryProvider: 40 bytes.</summary>
/// <param name="Capability">As asked.</param>
/// <param name="Api">major &lt;&lt; 16 | minor.</param>
/// <param name="MinkUid">Its service uid on Mink.</param>
/// <param name="Carriers">Where it can be reached.</param>
/// <param name="Uuid">Its UUID on OP-TEE.</param>
/// <param name="Flags">1 = MediaTek commands only.</param>
public readonly record struct ProviderDescription(uint Capability, uint Api, uint MinkUid, ProtectedMemoryCarriers Carriers, Guid Uuid, uint Flags)
{
    /// <summary>Bytes.</summary>
    public const int Size = 40;

    /// <summary>Whether a client that was written against <paramref name="wanted"/> may use this provider: same major, minor
    /// not smaller.</summary>
    public bool Serves(uint wanted) => Api >> 16 == wanted >> 16 && (Api & 0xFFFF) >= (wanted & 0xFFFF);

    /// <summary>Writes 40 bytes; 0 for no room.</summary>
    public int Write(Span<byte> room)
    {
        if (!FieldWriter.TryStart(room, Size, out var fields))
        {
            return 0;
        }
        fields.U32(Capability);
        fields.U32(Api);
        fields.U32(MinkUid);
        fields.U32((uint)Carriers);
        OpTeeUuid.Write(room[16..], Uuid);
        fields = new FieldWriter(room[32..]);
        fields.U32(Flags);
        fields.U32(0);
        return Size;
    }

    /// <summary>Reads exactly 40 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ProviderDescription provider)
    {
        provider = default;
        if (bytes.Length != Size)
        {
            return false;
        }
        var head = new FieldReader(bytes);
        var tail = new FieldReader(bytes[32..]);
        provider = new(head.U32(), head.U32(), head.U32(), (ProtectedMemoryCarriers)head.U32(), OpTeeUuid.Read(bytes[16..]), tail.U32());
        return tail.U32() == 0;
    }
}
