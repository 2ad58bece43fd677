namespace MinkActors.Emulator.OpTee;

/// <summary>A value parameter as an application sees it. What is not an output goes nowhere.</summary>
public sealed class OpTeeValue
{
    internal OpTeeValue(ulong a, ulong b) => (A, B) = (a, b);

    /// <summary>The first number.</summary>
    public ulong A { get; set; }

    /// <summary>The second number.</summary>
    public ulong B { get; set; }
}
