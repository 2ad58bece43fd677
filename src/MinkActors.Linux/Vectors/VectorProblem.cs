namespace MinkActors.Linux.Vectors;

/// <summary>Why a vector does not pass: it cannot be understood, or our bytes are not its bytes.</summary>
internal sealed class VectorProblem(string message) : Exception(message);
