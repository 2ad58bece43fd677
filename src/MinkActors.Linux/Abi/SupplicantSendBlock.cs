using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>struct tee_iocl_supp_send_arg with its parameters: an answer, checked as 1 to 3 of spec/03 section 8.</summary>
internal readonly ref struct SupplicantSendBlock
{
    public const int HeaderBytes = 8;
    private const int CountOffset = 4;

    private readonly Span<byte> _bytes;

    private SupplicantSendBlock(Span<byte> bytes, int count)
    {
        _bytes = bytes;
        Count = count;
    }

    /// <summary>Parameters, the meta parameter among them.</summary>
    public int Count { get; }

    /// <summary>0, a result of the object (positive) or an errno (negative).</summary>
    public int Outcome => BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    /// <summary>The request answered; the upper half of the field is cut off as the driver does.</summary>
    public int RequestId => unchecked((int)Raw(0).A);

    /// <summary>Arguments answered: a request with more must be refused, further ones are ignored.</summary>
    public int Arguments => Count - 1;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Checks 1 to 3. The parameters may leave a rest of the block unused, which is not looked at.</summary>
    public static Errno TryRead<TMemory>(ref TMemory memory, ulong argument, Span<byte> scratch, out SupplicantSendBlock block)
        where TMemory : IClientMemory
    {
        block = default;
        var error = BufferArgument.TryRead(ref memory, argument, HeaderBytes, out var buffer);
        if (error != Errno.Ok) return error;
        error = ParameterBlock.TryRead(
            ref memory, buffer, HeaderBytes, CountOffset, ParameterBlock.Fit.AtMost, ParameterBlock.CopyIn.FromSupplicant, scratch, out var count);
        if (error != Errno.Ok) return error;
        var read = new SupplicantSendBlock(scratch[..(int)buffer.Length], count);
        if (count < 1 || !read.Raw(0).IsMeta(ParameterKind.ValueOutput)) return Errno.EINVAL;
        block = read;
        return Errno.Ok;
    }

    /// <summary>Starts an answer of our own, as a receiver does.</summary>
    /// <param name="bytes">Exactly 8 + 32 * count bytes.</param>
    public static SupplicantSendBlock Create(Span<byte> bytes, int outcome, uint requestId, int count)
    {
        bytes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, outcome);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[CountOffset..], count);
        var block = new SupplicantSendBlock(bytes, count);
        block.Set(0, new TeeParameter((ulong)ParameterKind.ValueOutput | TeeParameter.Meta, requestId, 0, 0));
        return block;
    }

    public static int BytesFor(int count) => HeaderBytes + (count * TeeParameter.SizeBytes);

    public TeeParameter Raw(int index) => TeeParameter.Read(_bytes[(HeaderBytes + (index * TeeParameter.SizeBytes))..]);

    /// <summary>The answer to an argument of the request, as the driver sees it: zero where nothing is copied in.</summary>
    public TeeParameter Argument(int argument) => ParameterBlock.Seen(ParameterBlock.CopyIn.FromSupplicant, Raw(argument + 1));

    public void SetArgument(int argument, in TeeParameter parameter) => Set(argument + 1, parameter);

    private void Set(int index, in TeeParameter parameter) => parameter.Write(_bytes[(HeaderBytes + (index * TeeParameter.SizeBytes))..]);
}
