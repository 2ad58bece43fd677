namespace MinkActors.Testing;

/// <summary>What a run has shown of the system: its states in figures, and the steps of its invocations.</summary>
internal sealed class Coverage
{
    private const int StatesMax = 100_000;

    private readonly List<SecurePhase> _phases = [];
    private ulong _last;

    /// <summary>Digests of the figures of tables, queues and phases.</summary>
    public HashSet<ulong> States { get; } = [];

    /// <summary>From one phase of an invocation to another, as <c>Sent→Completing</c>.</summary>
    public HashSet<(SecurePhase From, SecurePhase To)> Transitions { get; } = [];

    public void See(SimulatedWorld world, List<Invocation> invocations)
    {
        ulong phases = 0;
        while (_phases.Count < invocations.Count) _phases.Add(SecurePhase.Idle);
        for (var i = 0; i < invocations.Count; i++)
        {
            if (invocations[i] is not DirectInvocation direct) continue;
            var phase = direct.Call.Phase;
            // Four bits for each phase: how many invocations are in it.
            if (phase != SecurePhase.Idle) phases += 1UL << ((int)phase * 5);
            var before = _phases[i];
            if (before == phase) continue;
            _phases[i] = phase;
            Transitions.Add((before, phase));
        }
        var domain = world.Domain;
        var state = phases;
        Mix(ref state, domain.Table.Count);
        Mix(ref state, domain.Transport.SlotsInUse);
        Mix(ref state, domain.Transport.Waiting);
        Mix(ref state, domain.Releases.Pending);
        Mix(ref state, domain.SecureHandles);
        Mix(ref state, domain.Handles.Count);
        if (world.Secure is { } secure)
        {
            Mix(ref state, secure.Table.Count);
            Mix(ref state, secure.Threads.InUse);
            Mix(ref state, secure.Releases.Count);
        }
        if (state == _last) return;
        _last = state;
        if (States.Count < StatesMax) States.Add(state);
    }

    private static void Mix(ref ulong state, int figure) => state = (state ^ (uint)figure) * 0x100000001B3 + (state >> 29);
}
