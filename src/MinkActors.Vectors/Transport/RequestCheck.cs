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
        var counts = inputs.Counts();
        var buffer = new byte[vector.Buffer.Length];
        var refusal = vector.IsCallback ? BuildCallback(inputs, buffer, counts, ref table) : BuildDirect(inputs, buffer, counts, ref table);
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

    private static Refusal BuildDirect(GoldenInputs inputs, byte[] buffer, ArgumentCounts counts, ref ArgumentTable table)
    {
        if (!DirectRequestWriter.TryBegin(buffer, inputs.Target, inputs.Operation, counts, ref table, out var writer, out var refusal)) return refusal;
        foreach (var bytes in inputs.InputBuffers)
            if (!writer.TryAddInput(bytes, out refusal)) return refusal;
        foreach (var output in inputs.OutputBuffers)
            if (!writer.TryAddOutput(output.Capacity, out refusal)) return refusal;
        for (var i = 0; i < inputs.InputObjects.Count; i++) writer.SetInputObject(i, inputs.InputObjects[i]);
        return default;
    }

    private static Refusal BuildCallback(GoldenInputs inputs, byte[] buffer, ArgumentCounts counts, ref ArgumentTable table)
    {
        if (!CallbackRequestWriter.TryBegin(buffer, inputs.Target, inputs.Operation, counts, ref table, out var writer, out var refusal)) return refusal;
        foreach (var bytes in inputs.InputBuffers)
            if (!writer.TryAddInput(bytes, out refusal)) return refusal;
        foreach (var output in inputs.OutputBuffers)
            if (!writer.TryAddOutput(output.Capacity, out refusal)) return refusal;
        for (var i = 0; i < inputs.InputObjects.Count; i++) writer.SetInputObject(i, inputs.InputObjects[i]);
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
