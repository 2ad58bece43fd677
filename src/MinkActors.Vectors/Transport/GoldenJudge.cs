namespace MinkActors.Vectors.Transport;

/// <summary>Checks a vector of transport.json in both directions: what the encoder makes of the inputs, and what the decoder makes of the bytes.</summary>
internal static class GoldenJudge
{
    /// <param name="vector">To be judged.</param>
    /// <param name="requests">All requests of the file; a response is applied to the one it answers, which is found by content.</param>
    public static void Check(TransportVector vector, IReadOnlyList<TransportVector> requests)
    {
        var inputs = GoldenInputs.Parse(vector);
        switch (vector.Direction)
        {
            case TransportDirection.FinalOutbound:
                AsyncCheck.Encode(inputs, vector.Buffer);
                AsyncCheck.Decode(inputs, vector.Buffer, 0);
                break;
            case TransportDirection.DirectRequest or TransportDirection.CallbackRequest:
                RequestCheck.Encode(inputs, vector);
                RequestCheck.Decode(inputs, vector);
                break;
            default:
                ResponseCheck.Encode(inputs, vector, requests);
                ResponseCheck.Decode(inputs, vector);
                break;
        }
    }
}
