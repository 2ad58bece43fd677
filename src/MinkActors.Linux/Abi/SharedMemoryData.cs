using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>struct tee_ioctl_shm_alloc_data (spec/03 sections 3 and 11).</summary>
internal readonly record struct ShmAllocData(ulong Size, uint Flags, int Id)
{
    public const int SizeBytes = 16;

    public static ShmAllocData Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(from),
        BinaryPrimitives.ReadUInt32LittleEndian(from[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(from[12..]));

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, Size);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], Flags);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], Id);
    }

    /// <summary>Checks 1 and 2 of SHM_ALLOC: the argument is readable, flags are zero.</summary>
    public static Errno TryRead<TMemory>(ref TMemory memory, ulong argument, out ShmAllocData data)
        where TMemory : IClientMemory
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        data = default;
        if (!memory.TryRead(argument, bytes)) return Errno.EFAULT;
        data = Read(bytes);
        return data.Flags == 0 ? Errno.Ok : Errno.EINVAL;
    }

    /// <summary>The size rounded up to whole pages; ENOMEM for zero and for what no machine has (spec/03 section 11).</summary>
    /// <param name="pageBytes">A power of two.</param>
    /// <param name="bytesMax">The most that one allocation may take.</param>
    public Errno TryRoundToPages(uint pageBytes, ulong bytesMax, out ulong rounded)
    {
        rounded = 0;
        if (Size == 0 || Size > bytesMax || Size > ulong.MaxValue - (pageBytes - 1)) return Errno.ENOMEM;
        rounded = (Size + (pageBytes - 1)) & ~((ulong)pageBytes - 1);
        return Errno.Ok;
    }
}

/// <summary>struct tee_ioctl_shm_register_data. Registering is always refused; what can be wrong first decides the errno.</summary>
internal readonly record struct ShmRegisterData(ulong Address, ulong Length, uint Flags, int Id)
{
    public const int SizeBytes = 24;

    public static ShmRegisterData Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(from),
        BinaryPrimitives.ReadUInt64LittleEndian(from[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(from[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(from[20..]));

    /// <summary>The errno of SHM_REGISTER, never None: EFAULT, EINVAL, EFAULT, then ENOTSUPP (spec/03 section 11).</summary>
    public static Errno Refuse<TMemory>(ref TMemory memory, ulong argument)
        where TMemory : IClientMemory
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        if (!memory.TryRead(argument, bytes)) return Errno.EFAULT;
        var data = Read(bytes);
        if (data.Flags != 0) return Errno.EINVAL;
        return UserRange.Holds(data.Address, data.Length) ? Errno.ENOTSUPP : Errno.EFAULT;
    }
}

/// <summary>struct tee_ioctl_shm_register_fd_data. QTEE has no heap of its own, so every use is EINVAL once it is readable.</summary>
internal readonly record struct ShmRegisterDescriptorData(long Descriptor, ulong Size, uint Flags, int Id)
{
    public const int SizeBytes = 24;

    /// <summary>The errno of SHM_REGISTER_FD, never None.</summary>
    public static Errno Refuse<TMemory>(ref TMemory memory, ulong argument)
        where TMemory : IClientMemory
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        return memory.TryRead(argument, bytes) ? Errno.EINVAL : Errno.EFAULT;
    }
}
