using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>Message arguments: requests, results, RPC messages, and what the mediator makes of them.</summary>
internal static class MessageImages
{
    public static string? Judge(VectorCase vector)
    {
        if (!OpTeeMessage.TryReadHeader(vector.Image, out var header))
        {
            return $"a message has at least {OpTeeMessage.HeaderSize} bytes, not {vector.Image.Length}";
        }
        var facts = HeaderFacts(header);
        if (!MessageNames.Agrees(vector.Name, header))
        {
            return $"the name promises another command than {header.Command}";
        }
        MessageNames.AddDefaults(vector.Name, facts);
        if (vector.Image.Length == OpTeeMessage.HeaderSize && header.Parameters != 0 && vector.Has("num_params"))
        {
            return HeaderOnly(vector, header, facts);
        }
        if (!OpTeeMessage.TryRead(vector.Image, out _, out var refusal))
        {
            return refusal.ToString();
        }
        var parameters = new OpTeeParameter[header.Parameters];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = OpTeeMessage.ReadParameter(vector.Image, i);
            facts.Words(parameters[i].Attribute.Word, parameters[i].A, parameters[i].B, parameters[i].C);
        }
        var isRpc = vector.Name.StartsWith("rpc-", StringComparison.Ordinal);
        if (isRpc)
        {
            RpcFacts.Add(facts, header, parameters);
        }
        else
        {
            RequestFacts.Add(facts, vector.Image, header, parameters);
        }
        var image = new byte[OpTeeMessage.SizeOf(header.Parameters)];
        if (!OpTeeMessage.TryWrite(image, header, parameters, out refusal))
        {
            return refusal.ToString();
        }
        return facts.Compare(vector.Inputs) ?? vector.Same(image)
            ?? Built(vector, isRpc ? RpcFacts.Build(header, parameters) : RequestFacts.Build(vector.Image, header, parameters))
            ?? MediatorStory.Judge(vector);
    }

    private static Facts HeaderFacts(in OpTeeHeader header) => new Facts()
        .Number("session", header.Session).Number("func", header.Function).Number("cancel_id", header.CancelId)
        .Number("ret", (uint)header.Result, CapabilityNames.Of(header.Result))
        .Number("origin", (uint)header.Origin, CapabilityNames.Of(header.Origin))
        .Number("ret_origin", (uint)header.Origin, CapabilityNames.Of(header.Origin))
        .Number("num_params", header.Parameters).Number("total", (ulong)OpTeeMessage.SizeOf(header.Parameters))
        .Words(header.Command, header.Function, header.Session, header.CancelId).Prose("note");

    /// <summary>The image shows the header of a larger message, or of one that is refused because it is larger than a page.</summary>
    private static string? HeaderOnly(VectorCase vector, in OpTeeHeader header, Facts facts)
    {
        if (vector.Has("written"))
        {
            facts.Prose("written");
            if (header.Parameters <= OpTeeMessage.ParametersMax
                || header is not { Result: TeeResult.BadParameters, Origin: TeeOrigin.Comms })
            {
                return "an oversized message is answered BAD_PARAMETERS with origin COMMS";
            }
        }
        else if (header.Parameters > OpTeeMessage.ParametersMax)
        {
            return $"{header.Parameters} parameters do not fit a page";
        }
        var image = new byte[OpTeeMessage.HeaderSize];
        OpTeeMessage.WriteHeader(image, header);
        return facts.Compare(vector.Inputs) ?? vector.Same(image);
    }

    /// <summary>A request must also come out of the builder of its command.</summary>
    private static string? Built(VectorCase vector, byte[]? image) => image is null ? null : vector.Same(image);
}
