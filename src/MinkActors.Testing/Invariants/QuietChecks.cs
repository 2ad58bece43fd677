using MinkActors.Emulator;

namespace MinkActors.Testing;

/// <summary>What must hold when nothing runs any more and every client and application has let go: I-02, I-17, and that nothing is left over.</summary>
internal static class QuietChecks
{
    public static void Run(SimulatedWorld world, ReferenceBooks books, Action<string, string> violated)
    {
        var domain = world.Domain;
        if (domain.UnderWay() is { Count: > 0 } running && !world.Faults.BooksMayDiffer) violated("I-07", $"{running.Count} invocations are still under way, the first {running[0].Name}");
        if (!world.Faults.BooksMayDiffer && domain.Transport.Waiting > 0) violated("I-07", $"{domain.Transport.Waiting} invocations wait for a slot");
        if (!world.Faults.BooksMayDiffer && domain.Releases.Pending > 0) violated("I-02", $"{domain.Releases.Pending} releases were never sent");
        if (!world.Faults.BooksMayDiffer && domain.Transport.SlotsInUse > 0) violated("I-15", $"{domain.Transport.SlotsInUse} slots are taken by nobody");
        foreach (var handle in world.HasGrief ? [] : domain.Handles.ToList()) violated("I-01", $"The reference to {handle.Name} made at {handle.MadeAt} was never given up");
        foreach (var probe in world.Probes) probe.CheckQuiet(violated);
        // A stop in the middle leaves the secure world with what it has; it was taken back on this side.
        if (world.Secure is not { } secure || world.Faults.BooksMayDiffer || world.HasStopped) return;
        CheckMirror(world, secure, books, violated);
        if (secure.Threads.InUse > 0) violated("I-07", $"{secure.Threads.InUse} secure threads never ended");
    }

    /// <summary>I-02 in both directions, once the applications have dropped what they kept.</summary>
    private static void CheckMirror(SimulatedWorld world, SecureDomain secure, ReferenceBooks books, Action<string, string> violated)
    {
        foreach (var (id, target, references) in secure.Table.Entries())
        {
            var held = books.Objects.OfType<SecureObject>().Count(handle => handle.Id == id);
            violated("I-02", $"The secure world counts {references} references to {target.Name} ({id}) of a normal world that holds {held}");
        }
        foreach (var handle in books.Objects.OfType<SecureObject>()) violated("I-02", $"{handle.Name} is alive though nobody holds it");
        foreach (var (id, target, references) in world.Domain.Table.Entries())
        {
            violated("I-02", $"{id} of {target.Name} has {references} references of a secure world that let go of everything");
        }
        foreach (var left in books.Objects)
        {
            if (left is CallbackProxy { Id.IsPrimordial: true } || ReferenceEquals(left, secure.Root)) continue;
            violated("I-01", $"{left.Name} is alive with {left.References} references that nobody gave up");
        }
    }
}
