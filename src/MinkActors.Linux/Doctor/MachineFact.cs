namespace MinkActors.Linux;

/// <summary>How a fact bears on serving TEE clients here.</summary>
public enum FactState
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Everything works, but slower or with a difference that the fact names.</summary>
    Limited,

    /// <summary>Unmodified clients cannot be served until it is mended.</summary>
    Missing,

    /// <summary>Neither good nor bad: what is there.</summary>
    Information,
}

/// <summary>One thing `mink doctor` has found out about this machine.</summary>
/// <param name="Name">What was looked at, in a few words.</param>
/// <param name="State">How it bears on serving clients.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do about it; null when nothing needs to be done.</param>
public sealed record MachineFact(string Name, FactState State, string Found, string? Remedy = null);
