using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>Argument counts of the measured calls, made once.</summary>
internal static class Counts
{
    public static readonly ArgumentCounts None = Of(0, 0, 0);
    public static readonly ArgumentCounts BufferInAndOut = Of(1, 1, 0);
    public static readonly ArgumentCounts ObjectIn = Of(0, 0, 1);
    public static readonly ArgumentCounts HandfulIn = Of(0, 0, Handful);

    /// <summary>The objects that one call carries at most.</summary>
    public const int Handful = ArgumentCounts.MaxOfAKind;

    private static ArgumentCounts Of(int inputs, int outputs, int objects) =>
        ArgumentCounts.TryCreate(inputs, outputs, objects, 0, out var counts, out var refusal)
            ? counts
            : throw new InvalidOperationException(refusal.ToString());
}
