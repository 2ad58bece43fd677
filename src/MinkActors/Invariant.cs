using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MinkActors;

/// <summary>What must hold of our own code; a peer's bad message is a result code and never comes here.</summary>
internal static class Invariant
{
    /// <summary>On in release builds too: stopping beats running on wrong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Holds([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition) Broken(expression);
    }

    [DoesNotReturn]
    private static void Broken(string? expression) => throw new InvariantBrokenException(expression);
}

/// <summary>A bug in this library: an invariant that its code relies on did not hold.</summary>
public sealed class InvariantBrokenException(string? expression) : Exception($"An invariant of MinkActors does not hold: {expression}");
