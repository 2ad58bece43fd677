namespace MinkActors.Vectors.Transport;

/// <summary>Which of the five states of the two buffers a vector shows (doc 02, section 9).</summary>
internal enum TransportDirection
{
    DirectRequest,
    DirectResponse,
    CallbackRequest,
    CallbackResponse,
    FinalOutbound,
}
