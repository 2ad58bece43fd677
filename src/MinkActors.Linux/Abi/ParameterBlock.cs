using System.Buffers.Binary;

namespace MinkActors.Linux.Abi;

/// <summary>
/// Fetches a header with its parameter array from a client, with the kernel's order of faults: a block that can be read at once costs one
/// access; only when that fails is it walked piece by piece, because a bad attr before the fault must win over the fault.
/// </summary>
internal static class ParameterBlock
{
    /// <summary>How the parameters of a call are looked at as they are copied in (spec/03 section 4).</summary>
    internal enum CopyIn
    {
        /// <summary>OBJECT_INVOKE and SUPPL_RECV.</summary>
        FromInvoker,

        /// <summary>SUPPL_SEND.</summary>
        FromSupplicant,
    }

    /// <summary>Whether the parameter count must fill the block, or may leave a rest.</summary>
    internal enum Fit
    {
        Exact,
        AtMost,
    }

    /// <summary>
    /// Reads header and parameters into <paramref name="block"/>: header readable (EFAULT), count against length (EINVAL), then each
    /// parameter in order (EFAULT, EINVAL). Only header and counted parameters are read, though the block may be longer.
    /// </summary>
    /// <param name="block">At least 4,096 bytes; private to this call, so nothing in it can change after it was checked.</param>
    public static Errno TryRead<TMemory>(
        ref TMemory memory, BufferArgument buffer, int headerBytes, int countOffset, Fit fit, CopyIn copyIn, Span<byte> block, out int count)
        where TMemory : IClientMemory
    {
        var length = (int)buffer.Length;                 // BufferArgument.TryRead bounded it by 4,096
        count = 0;
        var whole = memory.TryRead(buffer.Address, block[..length]);
        if (!whole && !memory.TryRead(buffer.Address, block[..headerBytes])) return Errno.EFAULT;

        var stated = BinaryPrimitives.ReadUInt32LittleEndian(block[countOffset..]);
        var needed = (ulong)headerBytes + (ulong)TeeParameter.SizeBytes * stated;
        if (fit == Fit.Exact ? needed != buffer.Length : needed > buffer.Length) return Errno.EINVAL;
        count = (int)stated;

        for (var i = 0; i < count; i++)
        {
            var bytes = block.Slice(headerBytes + (i * TeeParameter.SizeBytes), TeeParameter.SizeBytes);
            if (!whole && !memory.TryRead(buffer.Address + (ulong)(headerBytes + (i * TeeParameter.SizeBytes)), bytes)) return Errno.EFAULT;
            var error = Admit(ref memory, copyIn, bytes);
            if (error != Errno.Ok) return error;
        }

        return Errno.Ok;
    }

    private static Errno Admit<TMemory>(ref TMemory memory, CopyIn copyIn, ReadOnlySpan<byte> bytes)
        where TMemory : IClientMemory
    {
        var raw = TeeParameter.Read(bytes);
        if (raw.HasUnknownBits) return Errno.EINVAL;
        return copyIn == CopyIn.FromInvoker ? AdmitFromInvoker(ref memory, raw) : AdmitFromSupplicant(raw);
    }

    private static Errno AdmitFromInvoker<TMemory>(ref TMemory memory, in TeeParameter raw)
        where TMemory : IClientMemory
    {
        switch (raw.Kind)
        {
            case ParameterKind.None:
            case ParameterKind.ValueInput or ParameterKind.ValueOutput or ParameterKind.ValueInOut:
            case ParameterKind.ObjrefInput or ParameterKind.ObjrefOutput or ParameterKind.ObjrefInOut:
                return Errno.Ok;
            case ParameterKind.UbufInput or ParameterKind.UbufOutput or ParameterKind.UbufInOut:
                return UserRange.Holds(raw.A, raw.B) ? Errno.Ok : Errno.EFAULT;
            case ParameterKind.MemrefInput or ParameterKind.MemrefOutput or ParameterKind.MemrefInOut:
                return memory.TryGetSharedMemory(raw.C, out var size) && raw.A <= size && raw.B <= size - raw.A
                    ? Errno.Ok
                    : Errno.EINVAL;
            default:
                return Errno.EINVAL;
        }
    }

    private static Errno AdmitFromSupplicant(in TeeParameter raw) =>
        raw.Kind is ParameterKind.UbufOutput or ParameterKind.UbufInOut && !UserRange.Holds(raw.A, raw.B) ? Errno.EFAULT : Errno.Ok;

    /// <summary>A parameter as the driver sees it: fields that are not copied in read as zero.</summary>
    public static TeeParameter Seen(CopyIn copyIn, in TeeParameter raw) => (copyIn, raw.Kind) switch
    {
        (CopyIn.FromInvoker, ParameterKind.ValueInput) => raw,
        (_, ParameterKind.ValueInOut) => raw,
        (CopyIn.FromSupplicant, ParameterKind.ValueOutput) => raw,
        (CopyIn.FromInvoker, ParameterKind.UbufInput) => raw with { C = 0 },
        (_, ParameterKind.UbufOutput or ParameterKind.UbufInOut) => raw with { C = 0 },
        (CopyIn.FromInvoker, ParameterKind.ObjrefInput) => raw with { C = 0 },
        (CopyIn.FromSupplicant, ParameterKind.ObjrefOutput) => raw with { C = 0 },
        (_, ParameterKind.ObjrefInOut) => raw with { C = 0 },
        (CopyIn.FromInvoker, ParameterKind.MemrefInput or ParameterKind.MemrefOutput or ParameterKind.MemrefInOut) => raw,
        _ => new TeeParameter(raw.Attr, 0, 0, 0),
    };
}
