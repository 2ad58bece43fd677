using System.Buffers.Binary;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Vectors;

/// <summary>OBJECT_INVOKE: what the client passes, and the same memory after the call.</summary>
internal static class InvokeVectors
{
    public static byte[] Request(VectorInputs inputs, byte[] bytes)
    {
        var memory = new BlockMemory(bytes);
        var scratch = new byte[TeeLimits.BlockBytesMax];
        var error = InvokeBlock.TryRead(ref memory, BlockMemory.Argument, scratch, out var found);
        if (error == Errno.Ok) error = found.CheckParameters();
        if (error != Errno.Ok) throw new VectorProblem($"refused with {error}");
        return Again(inputs, found, bytes.Length);
    }

    public static byte[] Answer(VectorInputs inputs, byte[] bytes)
    {
        // An answer may hold what no request may, and is never read by the host; so only its frame is taken.
        var count = bytes.Length < InvokeBlock.HeaderBytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(16));
        if (count > TeeLimits.InvokeParametersMax || bytes.Length != InvokeBlock.BytesFor((int)count))
            throw new VectorProblem($"num_params {count} does not fit {bytes.Length} bytes");
        var found = InvokeBlock.Over((byte[])bytes.Clone());
        for (var i = 0; found.Result != 0 && i < found.Count; i++)
        {
            // A call that was refused brings no object (spec/03 section 5).
            if (!found.Raw(i).Is(ParameterKind.ObjrefOutput)) continue;
            VectorInputs.Same($"params[{i}].a", 0, found.Raw(i).A);
            VectorInputs.Same($"params[{i}].b", 0, found.Raw(i).B);
        }

        return Again(inputs, found, bytes.Length);
    }

    private static byte[] Again(VectorInputs inputs, InvokeBlock found, int length)
    {
        var again = new byte[length];
        var block = InvokeBlock.Create(again, inputs.Wide("id", found.Id), inputs.Word("op", found.Operation), found.Count);
        block.SetResult(unchecked((int)inputs.Word("ret", (uint)found.Result)));
        var stated = inputs.TryParameters();
        if (stated is not null) VectorInputs.Same("num_params", (ulong)stated.Length, (ulong)found.Count);
        for (var i = 0; i < found.Count; i++)
        {
            block.SetParameter(i, stated is null ? found.Raw(i) : VectorInputs.Check($"params[{i}]", stated[i], found.Raw(i)));
        }

        return again;
    }
}
