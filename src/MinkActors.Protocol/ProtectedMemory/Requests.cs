namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>In of Protect (spec 10 section 5, op 2): 32 bytes, then the grants.</summary>
/// <param name="UseCase">1 to 3; others are the provider's to refuse.</param>
/// <param name="Flags">0 or <see cref="ProtectedMemoryLimits.ByObject"/>.</param>
/// <param name="Address">Physical address, or offset into the object.</param>
/// <param name="ByteSize">Bytes.</param>
public readonly record struct ProtectRequest(ProtectedUseCase UseCase, uint Flags, ulong Address, ulong ByteSize)
{
    /// <summary>Bytes before the grants.</summary>
    public const int HeaderSize = 32;

    /// <summary>Writes request and grants; returns the bytes written, 0 for no room.</summary>
    public int Write(Span<byte> room, ReadOnlySpan<DeviceGrant> grants)
    {
        var size = HeaderSize + (long)DeviceGrant.Size * grants.Length;
        if (!FieldWriter.TryStart(room, size, out var fields))
        {
            return 0;
        }
        fields.U32((uint)UseCase);
        fields.U32((uint)grants.Length);
        fields.U32(Flags);
        fields.U32(0);
        fields.U64(Address);
        fields.U64(ByteSize);
        fields.Grants(grants);
        return (int)size;
    }

    /// <summary>Reads a request whose size must match its grants exactly. Checks structure, flags and rights only: the order of
    /// the other checks is the provider's.</summary>
    public static ProtectedMemoryError Read(ReadOnlySpan<byte> bytes, out ProtectRequest request, out GrantList grants)
    {
        request = default;
        grants = default;
        if (bytes.Length < HeaderSize)
        {
            return ProtectedMemoryError.BadParameters;
        }
        var fields = new FieldReader(bytes);
        var useCase = fields.U32();
        long count = fields.U32();
        var flags = fields.U32();
        var zero = fields.U32();
        if (!fields.TryGrants(HeaderSize, count, out grants) || zero != 0 || (flags & ~ProtectedMemoryLimits.ByObject) != 0)
        {
            return ProtectedMemoryError.BadParameters;
        }
        request = new((ProtectedUseCase)useCase, flags, fields.U64(), fields.U64());
        return grants.AllLegal ? ProtectedMemoryError.Ok : ProtectedMemoryError.BadParameters;
    }
}

/// <summary>In of Allocate (op 4): 32 bytes, then the grants.</summary>
/// <param name="ByteSize">Bytes wanted; rounded up to the granule by the provider.</param>
/// <param name="Alignment">0 means the granule.</param>
/// <param name="UseCase">1 to 3.</param>
/// <param name="Flags">0 or <see cref="ProtectedMemoryLimits.SeveralSegments"/>.</param>
public readonly record struct AllocateRequest(ulong ByteSize, ulong Alignment, ProtectedUseCase UseCase, uint Flags)
{
    /// <summary>Bytes before the grants.</summary>
    public const int HeaderSize = 32;

    /// <summary>Writes request and grants; returns the bytes written, 0 for no room.</summary>
    public int Write(Span<byte> room, ReadOnlySpan<DeviceGrant> grants)
    {
        var size = HeaderSize + (long)DeviceGrant.Size * grants.Length;
        if (!FieldWriter.TryStart(room, size, out var fields))
        {
            return 0;
        }
        fields.U64(ByteSize);
        fields.U64(Alignment);
        fields.U32((uint)UseCase);
        fields.U32((uint)grants.Length);
        fields.U32(Flags);
        fields.U32(0);
        fields.Grants(grants);
        return (int)size;
    }

    /// <summary>Reads a request whose size must match its grants exactly.</summary>
    public static ProtectedMemoryError Read(ReadOnlySpan<byte> bytes, out AllocateRequest request, out GrantList grants)
    {
        request = default;
        grants = default;
        if (bytes.Length < HeaderSize)
        {
            return ProtectedMemoryError.BadParameters;
        }
        var fields = new FieldReader(bytes);
        var (size, alignment, useCase) = (fields.U64(), fields.U64(), fields.U32());
        long count = fields.U32();
        var (flags, zero) = (fields.U32(), fields.U32());
        if (!fields.TryGrants(HeaderSize, count, out grants) || zero != 0 || (flags & ~ProtectedMemoryLimits.SeveralSegments) != 0)
        {
            return ProtectedMemoryError.BadParameters;
        }
        request = new(size, alignment, (ProtectedUseCase)useCase, flags);
        return grants.AllLegal ? ProtectedMemoryError.Ok : ProtectedMemoryError.BadParameters;
    }
}

/// <summary>The 16-byte requests: {u64 handle, u32, u32}. Unprotect and Free carry flags and zero, Grant device and rights,
/// Revoke device and zero.</summary>
public readonly record struct HandleRequest(ulong Handle, uint First, uint Second)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>Unprotect or Free.</summary>
    public static HandleRequest Release(ulong handle, ReleaseFlags flags) => new(handle, (uint)flags, 0);

    /// <summary>Grant.</summary>
    public static HandleRequest Grant(ulong handle, DeviceGrant grant) => new(handle, grant.Device, (uint)grant.Rights);

    /// <summary>Revoke.</summary>
    public static HandleRequest Revoke(ulong handle, uint device) => new(handle, device, 0);

    /// <summary>Writes 16 bytes; returns 0 for no room.</summary>
    public int Write(Span<byte> room)
    {
        if (!FieldWriter.TryStart(room, Size, out var fields))
        {
            return 0;
        }
        fields.U64(Handle);
        fields.U32(First);
        fields.U32(Second);
        return Size;
    }

    /// <summary>Reads and checks what the operation says about the two words.</summary>
    public static ProtectedMemoryError Read(ReadOnlySpan<byte> bytes, ProtectedMemoryOperation operation, out HandleRequest request)
    {
        request = default;
        if (!FieldReader.TryStart(bytes, Size, out var fields))
        {
            return ProtectedMemoryError.BadParameters;
        }
        request = new(fields.U64(), fields.U32(), fields.U32());
        var good = operation switch
        {
            ProtectedMemoryOperation.Unprotect or ProtectedMemoryOperation.Free => request is { First: <= 2, Second: 0 },
            ProtectedMemoryOperation.Grant => new DeviceGrant(request.First, (ProtectedRights)request.Second).HasLegalRights,
            ProtectedMemoryOperation.Revoke => request.Second == 0,
            _ => false,
        };
        return good ? ProtectedMemoryError.Ok : ProtectedMemoryError.BadParameters;
    }
}
