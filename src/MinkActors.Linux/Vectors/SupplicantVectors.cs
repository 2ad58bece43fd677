using System.Buffers.Binary;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Vectors;

/// <summary>SUPPL_RECV, as offered and as filled, and SUPPL_SEND.</summary>
internal static class SupplicantVectors
{
    public static byte[] Offer(VectorInputs inputs, byte[] bytes, out (ulong Address, ulong Size)? receive)
    {
        receive = null;
        var memory = new BlockMemory(bytes);
        var scratch = new byte[TeeLimits.BlockBytesMax];
        var error = SupplicantReceiveBlock.TryRead(ref memory, BlockMemory.Argument, scratch, out var found);
        if (error != Errno.Ok) throw new VectorProblem($"refused with {error}");

        var count = (int)inputs.Word("num_params", (uint)found.Count);
        var meta = inputs.TryText("meta") is { } text ? VectorInputs.Check("meta", StatedParameter.Parse(text), found.Raw(0)) : found.Raw(0);
        receive = (meta.A, meta.B);
        var again = new byte[SupplicantReceiveBlock.BytesFor(count)];
        SupplicantReceiveBlock.Create(again, count, meta.A, meta.B).Set(0, meta);      // field c means nothing and stays
        return again;
    }

    public static byte[] Request(VectorInputs inputs, byte[] bytes, (ulong Address, ulong Size)? receive)
    {
        var slots = (bytes.Length - SupplicantReceiveBlock.HeaderBytes) / TeeParameter.SizeBytes;
        var count = bytes.Length < SupplicantReceiveBlock.HeaderBytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4));
        if (bytes.Length > TeeLimits.BlockBytesMax || bytes.Length != SupplicantReceiveBlock.BytesFor(slots) || count < 1 || count > slots)
            throw new VectorProblem($"num_params {count} does not fit {bytes.Length} bytes");

        var found = SupplicantReceiveBlock.Resume((byte[])bytes.Clone(), 0);
        VectorInputs.Same("meta.attr", (ulong)ParameterKind.ValueInOut | TeeParameter.Meta, found.Raw(0).Attr);
        var again = new byte[bytes.Length];
        var block = SupplicantReceiveBlock.Create(again, slots, 0, 0);
        block.Begin(
            inputs.Word("func", found.Function),
            inputs.Wide("object_id", found.Raw(0).A),
            (uint)inputs.Wide("request_id", found.Raw(0).B),
            (int)inputs.Word("num_params", count) - 1);

        var stated = inputs.TryParameters() ?? [];
        VectorInputs.Same("arguments", (ulong)stated.Length, count - 1);
        var placement = Buffer(inputs) ?? receive;
        Place(found, stated.Length, placement);
        for (var i = 0; i < stated.Length; i++)
        {
            var parameter = VectorInputs.Check($"params[{i}]", stated[i], found.Raw(i + 1));
            if (stated[i].FromBase is { } offset && placement is { } buffer) VectorInputs.Same($"params[{i}].a", buffer.Address + offset, parameter.A);
            block.SetArgument(i, parameter);
        }

        return again;
    }

    public static byte[] Answer(VectorInputs inputs, byte[] bytes)
    {
        var memory = new BlockMemory(bytes);
        var scratch = new byte[TeeLimits.BlockBytesMax];
        var error = SupplicantSendBlock.TryRead(ref memory, BlockMemory.Argument, scratch, out var found);
        if (error != Errno.Ok) throw new VectorProblem($"refused with {error}");

        var count = (int)inputs.Word("num_params", (uint)found.Count);
        var again = new byte[SupplicantSendBlock.BytesFor(count)];
        var block = SupplicantSendBlock.Create(
            again, unchecked((int)inputs.Word("ret", (uint)found.Outcome)), (uint)inputs.Wide("request_id", (uint)found.RequestId), count);
        var stated = inputs.TryParameters() ?? [];
        var first = stated.Length == count ? 1 : 0;      // the list may begin with the meta parameter or leave it out
        for (var i = first; i < stated.Length && i - first < found.Arguments; i++)
        {
            block.SetArgument(i - first, VectorInputs.Check($"params[{i}]", stated[i], found.Raw(i - first + 1)));
        }

        // A failed answer says nothing of its parameters, so those that are there are taken as they are.
        for (var i = stated.Length - first; i < found.Arguments; i++) block.SetArgument(i, found.Raw(i + 1));
        return again;
    }

    private static void Place(SupplicantReceiveBlock found, int arguments, (ulong Address, ulong Size)? buffer)
    {
        if (buffer is not { } receive) return;
        var placement = new ReceivePlacement(receive.Address, receive.Size);
        for (var i = 1; i <= arguments; i++)
        {
            var parameter = found.Raw(i);
            if (!parameter.Is(ParameterKind.UbufInput)) continue;
            if (!placement.TryPlace(parameter.B, out var address)) throw new VectorProblem($"argument {i} does not fit the receive buffer");
            VectorInputs.Same($"argument {i} address", address, parameter.A);
        }
    }

    /// <summary>Of the form <c>base 0x7F0000001000, size 1024</c>.</summary>
    private static (ulong Address, ulong Size)? Buffer(VectorInputs inputs)
    {
        if (inputs.TryText("receive_buffer") is not { } text) return null;
        var words = text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return words is ["base", var address, "size", var size]
            ? (StatedParameter.Number(address), StatedParameter.Number(size))
            : throw new VectorProblem("receive_buffer is not of the form: base N, size N");
    }
}
