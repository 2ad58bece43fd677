using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>struct tee_ioctl_version_data: what TEE_IOC_VERSION writes (spec/03 section 3).</summary>
internal readonly record struct VersionData(uint ImplementationId, uint ImplementationCapabilities, uint GenericCapabilities)
{
    public const int SizeBytes = 12;

    /// <summary>impl_id of QTEE.</summary>
    public const uint QteeImplementation = 4;

    /// <summary>gen_caps bit 4: object references are understood.</summary>
    public const uint ObjectReferences = 0x10;

    public static VersionData Qtee => new(QteeImplementation, 0, ObjectReferences);

    public static VersionData Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(from),
        BinaryPrimitives.ReadUInt32LittleEndian(from[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(from[8..]));

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, ImplementationId);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], ImplementationCapabilities);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], GenericCapabilities);
    }
}
