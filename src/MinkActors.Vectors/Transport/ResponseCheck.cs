using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>A response vector, both ways. Its arguments hold the whole request as well, so it can be judged without the request's vector; where that
/// one is in the file, the response must fit it too.</summary>
internal static class ResponseCheck
{
    public static void Encode(GoldenInputs inputs, TransportVector vector, IReadOnlyList<TransportVector> requests)
    {
        var table = default(ArgumentTable);
        var own = RequestCheck.Build(inputs, vector, ref table);
        foreach (var request in requests)
        {
            if (!Answers(vector, request, own.AsSpan(0, table.PayloadEnd))) continue;
            var buffer = (byte[])request.Buffer.Clone();
            Apply("apply to its request", inputs, vector, buffer, in table);
        }

        Apply("encode", inputs, vector, own, in table);
    }

    public static void Decode(GoldenInputs inputs, TransportVector vector)
    {
        var request = default(ArgumentTable);
        RequestCheck.Build(inputs, vector, ref request);
        if (vector.IsCallback)
        {
            var result = CallbackMessage.ReadResult(vector.Buffer);
            VectorMismatchException.UnlessEqual("decode: result", $"{(int)result}", $"{(int)inputs.Result}");
        }

        if (inputs.Result != ResultCode.Ok) return;
        var reply = default(ArgumentTable);
        Refusal refusal;
        var sound = vector.IsCallback
            ? CallbackMessage.TryReadReply(vector.Buffer, in request, ref reply, out refusal)
            : DirectMessage.TryReadReply(vector.Buffer, in request, ref reply, out refusal);
        VectorMismatchException.Unless(sound, $"decode: {refusal}");
        for (var i = 0; i < inputs.OutputBuffers.Count; i++)
        {
            // An output that the vector returns nothing for keeps the size that was asked.
            var expected = inputs.OutputBuffers[i].Returned ?? new byte[inputs.OutputBuffers[i].Capacity];
            var actual = reply.OutputBytes((ReadOnlySpan<byte>)vector.Buffer, i);
            VectorMismatchException.UnlessEqual($"decode: OB[{i}]", Convert.ToHexString(actual), Convert.ToHexString(expected));
        }

        for (var i = 0; i < inputs.OutputObjects.Count; i++)
            VectorMismatchException.UnlessEqual($"decode: OO[{i}].id", $"{reply.OutputObject(i)}", $"{inputs.OutputObjects[i]}");
    }

    private static bool Answers(TransportVector response, TransportVector request, ReadOnlySpan<byte> message) =>
        request.IsCallback == response.IsCallback
        && request.Buffer.Length == response.Buffer.Length
        && request.Buffer.AsSpan().StartsWith(message);

    /// <summary>What the callee does with the buffer of the request. Whoever received a callback has read the asynchronous area and zeroed it.</summary>
    private static void Apply(string step, GoldenInputs inputs, TransportVector vector, byte[] buffer, ref readonly ArgumentTable request)
    {
        if (vector.IsCallback) buffer.AsSpan(AsyncArea.StartBehind(in request)).Clear();
        if (inputs.Result == ResultCode.Ok) WriteOutputs(step, inputs, vector.IsCallback, buffer, in request);
        if (vector.IsCallback) CallbackMessage.WriteResult(buffer, inputs.Result);
        var (counts, size) = (request.Counts, request.PayloadEnd);
        FieldNames.UnlessSame(step, buffer, vector.Buffer, at => FieldNames.InMessage(at, vector.IsCallback, counts, size));
    }

    private static void WriteOutputs(string step, GoldenInputs inputs, bool isCallback, byte[] buffer, ref readonly ArgumentTable request)
    {
        for (var i = 0; i < inputs.OutputBuffers.Count; i++)
        {
            if (inputs.OutputBuffers[i].Returned is not { } returned) continue;
            Refusal refusal;
            var fits = isCallback
                ? CallbackMessage.TryWriteReplySize(buffer, in request, i, returned.Length, out refusal)
                : DirectMessage.TryWriteReplySize(buffer, in request, i, returned.Length, out refusal);
            VectorMismatchException.Unless(fits, $"{step}: {refusal}");
            returned.CopyTo(request.OutputBytes(buffer.AsSpan(), i));
        }

        for (var i = 0; i < inputs.OutputObjects.Count; i++)
        {
            if (isCallback) CallbackMessage.WriteOutputObject(buffer, request.Counts, i, inputs.OutputObjects[i]);
            else DirectMessage.WriteOutputObject(buffer, request.Counts, i, inputs.OutputObjects[i]);
        }
    }
}
