using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>struct tee_ioctl_buf_data: where the block of OBJECT_INVOKE, SUPPL_RECV and SUPPL_SEND lies (spec/03 section 3).</summary>
internal readonly record struct BufferArgument(ulong Address, ulong Length)
{
    public const int SizeBytes = 16;

    public static BufferArgument Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(from),
        BinaryPrimitives.ReadUInt64LittleEndian(from[8..]));

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, Address);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Length);
    }

    /// <summary>The first checks of all three calls: argument readable (EFAULT), length between header and 4,096 (EINVAL).</summary>
    public static Errno TryRead<TMemory>(ref TMemory memory, ulong argument, int headerBytes, out BufferArgument buffer)
        where TMemory : IClientMemory
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        buffer = default;
        if (!memory.TryRead(argument, bytes)) return Errno.EFAULT;
        buffer = Read(bytes);
        return buffer.Length < (ulong)headerBytes || buffer.Length > TeeLimits.BlockBytesMax ? Errno.EINVAL : Errno.Ok;
    }
}
