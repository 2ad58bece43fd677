using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>A request vector, both ways.</summary>
internal static class RequestCheck
{
    public static void Encode(GoldenInputs inputs, TransportVector vector)
    {
        var table = default(ArgumentTable);
        var buffer = Build(inputs, vector, ref table);
        if (vector.IsCallback) AsyncCheck.Write(inputs, buffer, AsyncArea.StartBehind(in table));
        var (counts, size) = (table.Counts, table.PayloadEnd);
        FieldNames.UnlessSame("encode", buffer, vector.Buffer, at => FieldNames.InMessage(at, vector.IsCallback, counts, size));
    }

    public static void Decode(GoldenInputs inputs, TransportVector vector)
    {
        var table = default(ArgumentTable);
        var read = Read(vector.Buffer, vector.IsCallback, ref table);
        VectorMismatchException.UnlessEqual("decode: object", $"{read.Target}", $"{inputs.Target}");
        VectorMismatchException.UnlessEqual("decode: op", $"{read.Operation}", $"{inputs.Operation}");
        if (vector.IsCallback)
        {
            var result = CallbackMessage.ReadResult(vector.Buffer);
            VectorMismatchException.UnlessEqual("decode: result", $"{(int)result}", $"{(int)inputs.Result}");
            AsyncCheck.Decode(inputs, vector.Buffer, AsyncArea.StartBehind(in table));
        }

        // The secure side does not look at the arguments of release and retain (doc 02, 7.4).
        if (!vector.IsCallback && read.Operation.CountsReferences) return;
        CheckArguments(inputs, vector.Buffer, in table);
    }

    /// <summary>Encodes the request of a vector; of a response vector, the request that it answers.</summary>
    public static byte[] Build(GoldenInputs inputs, TransportVector vector, ref ArgumentTable table)
    {
        var buffer = new byte[vector.Buffer.Length];
        var refusal = Write(inputs, vector.IsCallback, buffer, ref table);
        VectorMismatchException.Unless(refusal.IsNone, $"encode: {refusal}");
        return buffer;
    }

    /// <summary>Reads a request that must be sound.</summary>
    public static (ObjectId Target, Operation Operation) Read(ReadOnlySpan<byte> buffer, bool isCallback, ref ArgumentTable table)
    {
        ObjectId target;
        Operation operation;
        Refusal refusal;
        var sound = isCallback
            ? CallbackMessage.TryReadRequest(buffer, out target, out operation, ref table, out refusal)
                && CallbackMessage.TryCheckIds(target, in table, out refusal)
            : DirectMessage.TryReadRequest(buffer, out target, out operation, ref table, out refusal, out _);
        VectorMismatchException.Unless(sound, $"decode: {refusal}");
        return (target, operation);
    }

    /// <summary>As the runtime writes a request: argument by argument, header and entries last.</summary>
    private static Refusal Write(GoldenInputs inputs, bool isCallback, byte[] buffer, ref ArgumentTable table)
    {
        RequestFrame.Begin(ref table, inputs.Counts());
        var position = 0;
        foreach (var bytes in inputs.InputBuffers)
        {
            if (!RequestFrame.TryAddBuffer(ref table, position++, bytes.Length, buffer.Length, out var offset, out var refusal)) return refusal;
            bytes.CopyTo(buffer.AsSpan(offset));
        }

        foreach (var output in inputs.OutputBuffers)
            if (!RequestFrame.TryAddBuffer(ref table, position++, output.Capacity, buffer.Length, out _, out var refusal)) return refusal;
        for (var i = 0; i < inputs.InputObjects.Count; i++) RequestFrame.SetInputObject(ref table, i, inputs.InputObjects[i]);
        if (isCallback) RequestFrame.WriteCallback(buffer, inputs.Target, inputs.Operation, ref table);
        else RequestFrame.WriteDirect(buffer, inputs.Target, inputs.Operation, ref table);
        return default;
    }

    private static void CheckArguments(GoldenInputs inputs, ReadOnlySpan<byte> buffer, ref readonly ArgumentTable table)
    {
        VectorMismatchException.UnlessEqual("decode: counts", $"0x{table.Counts.Word:X8}", $"0x{inputs.CountsWord:X8}");
        inputs.Counts();
        for (var i = 0; i < inputs.InputBuffers.Count; i++)
        {
            VectorMismatchException.UnlessEqual($"decode: IB[{i}]", Convert.ToHexString(table.InputBytes(buffer, i)), Convert.ToHexString(inputs.InputBuffers[i]));
        }

        for (var i = 0; i < inputs.OutputBuffers.Count; i++)
            VectorMismatchException.UnlessEqual($"decode: OB[{i}].size", $"{table.OutputBuffer(i).Size}", $"{inputs.OutputBuffers[i].Capacity}");
        for (var i = 0; i < inputs.InputObjects.Count; i++)
            VectorMismatchException.UnlessEqual($"decode: IO[{i}].id", $"{table.InputObject(i)}", $"{inputs.InputObjects[i]}");
    }
}
