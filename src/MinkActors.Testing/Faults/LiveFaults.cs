using System.Diagnostics.CodeAnalysis;

namespace MinkActors.Testing;

/// <summary>Faults on a system that runs in real time, such as the one behind <c>mink run</c>.</summary>
public static class LiveFaults
{
    /// <summary>Points that a live system passes. Rules for others never apply there: what dies or maps is not ours to reach.</summary>
    public static IReadOnlyList<FaultPoint> Points { get; } = [FaultPoint.TransportEntry, FaultPoint.TransportExit, FaultPoint.Release, FaultPoint.Buffer];

    /// <summary>Puts the plan's faults between the two worlds. Choose the secure world before.</summary>
    /// <param name="options">Of the system.</param>
    /// <param name="plan">Its rules at <see cref="Points"/>; delays are in real milliseconds.</param>
    /// <param name="seed">Decides every draw; but which call makes which draw is up to the machine.</param>
    /// <param name="fired">Told of each fault, one line. Called under a lock: be quick.</param>
    public static MinkOptions UseFaults(this MinkOptions options, FaultPlan plan, ulong seed, Action<string>? fired = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(plan);
        var (state, draws) = (seed, 0);
        var faults = new FaultInjector(plan, Choose, (fault, subject) => fired?.Invoke($"fault {fault} {subject}"), () => draws);
        // Who may lose messages has to give waiting an end.
        if (faults.MayLose) options.Limits = options.Limits with { InvocationDeadline = options.Limits.InvocationDeadline ?? TimeSpan.FromMinutes(1) };
        return options.WrapMemory(memory => new ScarceMemory(memory, faults)).WrapSecureWorld((inner, context) => new FaultySecureWorld(inner, context, faults));

        int Choose(int count)
        {
            draws++;
            // SplitMix64: good enough to choose faults, and the same on every machine.
            state += 0x9E37_79B9_7F4A_7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)count);
        }
    }

    /// <summary>Memory that runs out as the plan says.</summary>
    private sealed class ScarceMemory(ISharedMemory inner, FaultInjector faults) : ISharedMemory
    {
        public SharedRegion? Allocate(int size) => faults.Pass(FaultPoint.Buffer) is null ? inner.Allocate(size) : null;

        public SharedRegion? AllocateObject(int size) => faults.Pass(FaultPoint.Buffer) is null ? inner.AllocateObject(size) : null;

        public SharedRegion? Adopt(System.Buffers.MemoryManager<byte> pages) => faults.Pass(FaultPoint.Buffer) is null ? inner.Adopt(pages) : null;

        public void Free(SharedRegion region) => inner.Free(region);

        public bool TryResolve(ulong physicalAddress, ulong size, [NotNullWhen(true)] out SharedRegion? region, out int offset) =>
            inner.TryResolve(physicalAddress, size, out region, out offset);
    }
}
