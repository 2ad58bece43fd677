using System.Buffers.Binary;

namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>What a device may do with a region.</summary>
public readonly record struct DeviceGrant(uint Device, ProtectedRights Rights)
{
    /// <summary>Bytes of a grant.</summary>
    public const int Size = 8;

    /// <summary>Rights a request may name: read, write or both, nothing else (spec 10 section 6, BAD_PARAMETERS).</summary>
    public bool HasLegalRights => Rights is ProtectedRights.Read or ProtectedRights.Write or ProtectedRights.ReadWrite;
}

/// <summary>A grant list over borrowed bytes; its count was checked against the size when it was made.</summary>
public readonly ref struct GrantList
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal GrantList(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Number of grants.</summary>
    public int Count => _bytes.Length / DeviceGrant.Size;

    /// <summary>The grant at an index below <see cref="Count"/>.</summary>
    public DeviceGrant this[int index] => new(BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(8 * index)..]),
        (ProtectedRights)BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(8 * index + 4)..]));

    /// <summary>True when every grant names legal rights.</summary>
    public bool AllLegal
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                if (!this[i].HasLegalRights)
                {
                    return false;
                }
            }
            return true;
        }
    }
}
