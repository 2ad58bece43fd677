namespace MinkActors.Actors;

/// <summary>A running 64-bit sum of a trace. Made of spawn order, names and virtual time only, so it is the same on every machine
/// and in every process that runs the same program from the same seed.</summary>
internal struct TraceDigest()
{
    private readonly Dictionary<Type, ulong> _types = [];

    public ulong Value { get; private set; } = 0xCBF29CE484222325;

    public void Add(SimulationStepKind kind, int actor, ulong what, long time)
    {
        Add(((ulong)kind << 32) | (uint)actor);
        Add(what);
        Add((ulong)time);
    }

    public readonly ulong Of(Type type)
    {
        if (_types.TryGetValue(type, out var known)) return known;
        return _types[type] = Of($"{type.Namespace}.{type.Name}");
    }

    /// <summary>FNV-1a over UTF-16 units; string.GetHashCode differs from run to run.</summary>
    public static ulong Of(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var unit in text) hash = (hash ^ unit) * 0x100000001B3;
        return hash;
    }

    private void Add(ulong value) => Value = SplitMix64.Mix(Value ^ value) + SplitMix64.Step;
}
