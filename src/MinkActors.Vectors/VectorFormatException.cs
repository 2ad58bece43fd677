namespace MinkActors.Vectors;

/// <summary>A vector that does not say what a vector of its kind must say. Suites turn it into a failed result; the runner never lets it out.</summary>
public sealed class VectorFormatException(string message) : Exception(message);
