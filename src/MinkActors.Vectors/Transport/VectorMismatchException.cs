using System.Diagnostics.CodeAnalysis;

namespace MinkActors.Vectors.Transport;

/// <summary>What a vector says and what the codecs do are two things. Ends the judging of one vector.</summary>
internal sealed class VectorMismatchException(string message) : Exception(message)
{
    [DoesNotReturn]
    public static void Throw(string message) => throw new VectorMismatchException(message);

    public static void Unless([DoesNotReturnIf(false)] bool holds, string message)
    {
        if (!holds) Throw(message);
    }

    /// <summary>For values that read the same exactly when they are equal.</summary>
    public static void UnlessEqual(string field, string actual, string expected) =>
        Unless(actual == expected, $"{field} is {actual}, the vector says {expected}");
}
