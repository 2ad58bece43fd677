using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>
/// struct tee_ioctl_object_invoke_arg with its parameters, in private memory: read from a client with checks 1 to 6 of spec/03 section 5,
/// then filled in with the answer and written back.
/// </summary>
internal readonly ref struct InvokeBlock
{
    public const int HeaderBytes = 24;
    private const int OperationOffset = 8;
    private const int ResultOffset = 12;
    private const int CountOffset = 16;
    private const int FieldB = 16;

    private readonly Span<byte> _bytes;

    private InvokeBlock(Span<byte> bytes, ulong address)
    {
        _bytes = bytes;
        Address = address;
    }

    /// <summary>Where the block lies in the client.</summary>
    public ulong Address { get; }

    public ulong Id => BinaryPrimitives.ReadUInt64LittleEndian(_bytes);

    public uint Operation => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[OperationOffset..]);

    /// <summary>As the client wrote it, until <see cref="SetResult"/>.</summary>
    public int Result => BinaryPrimitives.ReadInt32LittleEndian(_bytes[ResultOffset..]);

    public int Count => (_bytes.Length - HeaderBytes) / TeeParameter.SizeBytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Checks 1 to 6. On success the block stands on <paramref name="scratch"/>, which must outlive it.</summary>
    /// <param name="scratch">At least 4,096 bytes, private to this call.</param>
    public static Errno TryRead<TMemory>(ref TMemory memory, ulong argument, Span<byte> scratch, out InvokeBlock block)
        where TMemory : IClientMemory
    {
        block = default;
        var error = BufferArgument.TryRead(ref memory, argument, HeaderBytes, out var buffer);
        if (error != Errno.Ok) return error;
        error = ParameterBlock.TryRead(
            ref memory, buffer, HeaderBytes, CountOffset, ParameterBlock.Fit.Exact, ParameterBlock.CopyIn.FromInvoker, scratch, out _);
        if (error != Errno.Ok) return error;
        block = new InvokeBlock(scratch[..(int)buffer.Length], buffer.Address);
        return Errno.Ok;
    }

    /// <summary>Starts a block of our own, as a client does: everything zero but what is given.</summary>
    /// <param name="bytes">Exactly 24 + 32 * count bytes.</param>
    public static InvokeBlock Create(Span<byte> bytes, ulong id, uint operation, int count)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, id);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[OperationOffset..], operation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[CountOffset..], (uint)count);
        return new InvokeBlock(bytes[..BytesFor(count)], 0);
    }

    /// <summary>Stands on a block whose frame the caller has checked: its size is 24 + 32 * num_params.</summary>
    public static InvokeBlock Over(Span<byte> bytes, ulong address = 0) => new(bytes, address);

    public static int BytesFor(int count) => HeaderBytes + (count * TeeParameter.SizeBytes);

    /// <summary>A parameter as the driver sees it: zero where nothing is copied in.</summary>
    public TeeParameter this[int index] => ParameterBlock.Seen(ParameterBlock.CopyIn.FromInvoker, Raw(index));

    /// <summary>A parameter as it stands in the block.</summary>
    public TeeParameter Raw(int index) => TeeParameter.Read(Slot(index));

    public void SetParameter(int index, in TeeParameter parameter) => parameter.Write(Slot(index));

    /// <summary>Checks 7 and 8: at most 64 parameters, the four plain kinds only, at most 15 of each.</summary>
    public Errno CheckParameters()
    {
        if (Count > TeeLimits.InvokeParametersMax) return Errno.EINVAL;
        Span<int> counts = stackalloc int[(int)ParameterKind.ObjrefInOut + 1];
        counts.Clear();
        for (var i = 0; i < Count; i++)
        {
            switch (Raw(i).Attr)
            {
                case (ulong)ParameterKind.UbufInput or (ulong)ParameterKind.UbufOutput:
                case (ulong)ParameterKind.ObjrefInput or (ulong)ParameterKind.ObjrefOutput:
                    counts[(int)Raw(i).Attr]++;
                    break;
                default:
                    return Errno.EINVAL;
            }
        }

        foreach (var count in counts)
        {
            if (count > TeeLimits.ParametersOfOneKindMax) return Errno.EINVAL;
        }

        return Errno.Ok;
    }

    public void SetResult(int result) => BinaryPrimitives.WriteInt32LittleEndian(_bytes[ResultOffset..], result);

    /// <summary>Bytes returned in an output buffer: its field b, nothing else.</summary>
    public void SetBufferSize(int index, ulong sizeBytes) => BinaryPrimitives.WriteUInt64LittleEndian(Slot(index)[FieldB..], sizeBytes);

    /// <summary>An output object: fields a and b.</summary>
    public void SetObject(int index, ulong id, ObjectFlags flags) =>
        SetParameter(index, Raw(index) with { A = id, B = (ulong)flags });

    /// <summary>
    /// Copies the answer to the client in one access: from ret to the last output parameter. Inputs in between go back as they came.
    /// False when the client's memory refuses it (EFAULT).
    /// </summary>
    public bool TryWriteBack<TMemory>(ref TMemory memory)
        where TMemory : IClientMemory
    {
        var end = ResultOffset + sizeof(uint);
        for (var i = Count - 1; i >= 0; i--)
        {
            if (Raw(i).Kind is not (ParameterKind.UbufOutput or ParameterKind.ObjrefOutput)) continue;
            end = HeaderBytes + ((i + 1) * TeeParameter.SizeBytes) - sizeof(ulong);      // field c is never written
            break;
        }

        return memory.TryWrite(Address + ResultOffset, _bytes[ResultOffset..end]);
    }

    private Span<byte> Slot(int index) => _bytes.Slice(HeaderBytes + (index * TeeParameter.SizeBytes), TeeParameter.SizeBytes);
}
