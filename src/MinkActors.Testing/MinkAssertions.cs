namespace MinkActors.Testing;

/// <summary>What a test wants to be sure of at its end. No test framework is needed: a failure is an exception.</summary>
public static class MinkAssertions
{
    /// <summary>Nothing is held by either side, nothing runs, nothing waits for its release. Exact when nothing runs.</summary>
    /// <exception cref="InvariantViolatedException">Something is; the message lists it with the lines that made it.</exception>
    public static void ShouldHaveNoLiveObjects(this MinkSystem mink)
    {
        ArgumentNullException.ThrowIfNull(mink);
        var report = mink.GetLiveReferences();
        if (!report.IsClean) throw new InvariantViolatedException("I-01", $"Objects are alive: {report}");
    }

    /// <summary>The secure world holds that many ids of this world's objects.</summary>
    public static void ShouldBeHeldBySecureWorld(this MinkSystem mink, int ids)
    {
        ArgumentNullException.ThrowIfNull(mink);
        var held = mink.GetLiveReferences().HeldBySecureWorld;
        if (held.Count != ids) throw new InvariantViolatedException("I-02", $"The secure world holds {held.Count} ids, {ids} expected: {string.Join(", ", held)}");
    }
}
