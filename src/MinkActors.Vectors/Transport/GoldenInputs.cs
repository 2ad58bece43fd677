using System.Text.Json;
using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>The inputs of a vector of transport.json, grouped by kind as the message groups them.</summary>
internal sealed class GoldenInputs
{
    /// <summary>Larger than any message, so that the codec, not the reader, refuses what is too large.</summary>
    private const int CapacityMax = int.MaxValue;

    public sealed record OutputBuffer(int Capacity, byte[]? Returned);

    public sealed record AsyncMessage(uint Version, uint Operation, uint[] Ids);

    public required ObjectId Target { get; init; }

    public required Operation Operation { get; init; }

    public required uint CountsWord { get; init; }

    public required ResultCode Result { get; init; }

    public List<byte[]> InputBuffers { get; } = [];

    public List<OutputBuffer> OutputBuffers { get; } = [];

    public List<ObjectId> InputObjects { get; } = [];

    public List<ObjectId> OutputObjects { get; } = [];

    public required IReadOnlyList<AsyncMessage> Async { get; init; }

    public required long? AsyncOffset { get; init; }

    public static GoldenInputs Parse(TransportVector vector)
    {
        var json = vector.Inputs;
        var hasMessage = vector.Direction != TransportDirection.FinalOutbound;
        var inputs = new GoldenInputs
        {
            Target = new ObjectId(hasMessage ? Word(json, "object") : 0),
            Operation = new Operation(hasMessage ? Word(json, "op") : 0),
            CountsWord = hasMessage ? Word(json, "counts") : 0,
            Result = VectorJson.TryGet(json, "result", out var result) ? (ResultCode)VectorJson.SignedWord(result, "result") : ResultCode.Ok,
            Async = [.. VectorJson.List(json, "async").Select(ParseAsync)],
            AsyncOffset = VectorJson.TryGet(json, "async_offset", out var offset) ? VectorJson.Number(offset, "async_offset") : null,
        };
        foreach (var argument in VectorJson.List(json, "args")) inputs.Add(argument);
        return inputs;
    }

    /// <summary>The counts that the encoder makes of the arguments; they must be those the vector names.</summary>
    public ArgumentCounts Counts()
    {
        var fits = ArgumentCounts.TryCreate(InputBuffers.Count, OutputBuffers.Count, InputObjects.Count, OutputObjects.Count, out var counts, out var refusal);
        VectorMismatchException.Unless(fits, $"encode: {refusal}");
        VectorMismatchException.UnlessEqual("encode: counts", $"0x{counts.Word:X8}", $"0x{CountsWord:X8}");
        return counts;
    }

    private void Add(JsonElement argument)
    {
        var kind = VectorJson.Text(VectorJson.Required(argument, "kind"), "kind");
        switch (kind)
        {
            case "IB":
                InputBuffers.Add(VectorJson.Bytes(VectorJson.Required(argument, "data"), "data"));
                break;
            case "OB":
                var returned = VectorJson.TryGet(argument, "data", out var data) ? VectorJson.Bytes(data, "data") : null;
                OutputBuffers.Add(new OutputBuffer(VectorJson.Size(VectorJson.Required(argument, "capacity"), "capacity", CapacityMax), returned));
                break;
            case "IO":
                InputObjects.Add(new ObjectId(Word(argument, "id")));
                break;
            case "OO":
                OutputObjects.Add(VectorJson.TryGet(argument, "id", out var id) ? new ObjectId(VectorJson.Word(id, "id")) : ObjectId.Null);
                break;
            default:
                throw new VectorFormatException($"kind {kind} is not known");
        }
    }

    private static AsyncMessage ParseAsync(JsonElement message) => new(Word(message, "version"), Word(message, "op"),
        [.. VectorJson.List(message, "ids").Select(id => VectorJson.Word(id, "ids"))]);

    private static uint Word(JsonElement parent, string field) => VectorJson.Word(VectorJson.Required(parent, field), field);
}
