using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>
/// struct tee_iocl_supp_recv_arg with its parameters: what a receiver offers, checked as 1 to 4 of spec/03 section 7, then filled with the
/// request that it gets.
/// </summary>
internal readonly ref struct SupplicantReceiveBlock
{
    public const int HeaderBytes = 8;
    private const int CountOffset = 4;

    private readonly Span<byte> _bytes;

    private SupplicantReceiveBlock(Span<byte> bytes, ulong address)
    {
        _bytes = bytes;
        Address = address;
    }

    public ulong Address { get; }

    public uint Function => BinaryPrimitives.ReadUInt32LittleEndian(_bytes);

    /// <summary>Slots offered before <see cref="Begin"/>, slots used after it; the meta parameter counts.</summary>
    public int Count => BinaryPrimitives.ReadInt32LittleEndian(_bytes[CountOffset..]);

    /// <summary>Arguments a request may have to fit: the slots less the meta parameter.</summary>
    public int ArgumentsMax => Count - 1;

    /// <summary>As offered: address and size in bytes of the receive buffer.</summary>
    public ReceivePlacement Placement => new(Raw(0).A, Raw(0).B);

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Checks 1 to 4. On success the block stands on <paramref name="scratch"/>.</summary>
    public static Errno TryRead<TMemory>(ref TMemory memory, ulong argument, Span<byte> scratch, out SupplicantReceiveBlock block)
        where TMemory : IClientMemory
    {
        block = default;
        var error = BufferArgument.TryRead(ref memory, argument, HeaderBytes, out var buffer);
        if (error != Errno.Ok) return error;
        error = ParameterBlock.TryRead(
            ref memory, buffer, HeaderBytes, CountOffset, ParameterBlock.Fit.Exact, ParameterBlock.CopyIn.FromInvoker, scratch, out var count);
        if (error != Errno.Ok) return error;

        var read = new SupplicantReceiveBlock(scratch[..(int)buffer.Length], buffer.Address);
        if (count < 1 || !read.Raw(0).IsMeta(ParameterKind.ValueInOut)) return Errno.EINVAL;
        for (var i = 1; i < count; i++)
        {
            if (!read.Raw(i).Is(ParameterKind.None)) return Errno.EINVAL;
        }

        if (read.Raw(0).A % TeeLimits.ReceiveAlignmentBytes != 0) return Errno.EINVAL;
        block = read;
        return Errno.Ok;
    }

    /// <summary>Takes a block that <see cref="TryRead"/> accepted up again, after the wait for a request.</summary>
    /// <param name="bytes">The same bytes, kept by the caller; unchanged since.</param>
    public static SupplicantReceiveBlock Resume(Span<byte> bytes, ulong address) => new(bytes, address);

    /// <summary>Starts an offer of our own, as a receiver does.</summary>
    /// <param name="bytes">Exactly 8 + 32 * count bytes.</param>
    public static SupplicantReceiveBlock Create(Span<byte> bytes, int count, ulong receiveAddress, ulong receiveBytes)
    {
        bytes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(bytes[CountOffset..], count);
        var block = new SupplicantReceiveBlock(bytes, 0);
        block.Set(0, new TeeParameter((ulong)ParameterKind.ValueInOut | TeeParameter.Meta, receiveAddress, receiveBytes, 0));
        return block;
    }

    public static int BytesFor(int count) => HeaderBytes + (count * TeeParameter.SizeBytes);

    public TeeParameter Raw(int index) => TeeParameter.Read(_bytes[(HeaderBytes + (index * TeeParameter.SizeBytes))..]);

    /// <summary>Turns the offer into a request: op, who is called, the id to answer with, and how many arguments follow.</summary>
    public void Begin(uint function, ulong objectNumber, uint requestId, int arguments)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, function);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes[CountOffset..], arguments + 1);
        Set(0, new TeeParameter((ulong)ParameterKind.ValueInOut | TeeParameter.Meta, objectNumber, requestId, 0));
    }

    public void SetArgument(int argument, in TeeParameter parameter) => Set(argument + 1, parameter);

    /// <summary>Copies the request to the receiver; slots beyond its arguments are not written. False means EFAULT.</summary>
    public bool TryWriteBack<TMemory>(ref TMemory memory)
        where TMemory : IClientMemory =>
        memory.TryWrite(Address, _bytes[..BytesFor(Count)]);

    public void Set(int index, in TeeParameter parameter) => parameter.Write(_bytes[(HeaderBytes + (index * TeeParameter.SizeBytes))..]);
}
