namespace MinkActors.Testing;

/// <summary>An invariant did not hold during a simulation.</summary>
/// <param name="invariant">Its id in spec/11 section 8, or the name of what else was checked.</param>
/// <param name="message">What was found, where.</param>
public sealed class InvariantViolatedException(string invariant, string message) : Exception($"{invariant}: {message}")
{
    /// <summary>The id of the invariant.</summary>
    public string Invariant => invariant;
}
