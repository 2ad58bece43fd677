using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MinkActors.Actors;

/// <summary>A running 64-bit sum of a trace. Made of spawn order, names and virtual time only, so it is the same on every machine
/// and in every process that runs the same program from the same seed.</summary>
internal struct TraceDigest()
{
    // Weak: a test may load and unload assemblies under simulation.
    private static readonly ConditionalWeakTable<Type, object> Known = [];

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
        return _types[type] = (ulong)Known.GetValue(type, static made => Of($"{made.Namespace}.{made.Name}"));
    }

    /// <summary>FNV-1a over UTF-16 units; string.GetHashCode differs from run to run.</summary>
    public static ulong Of(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var unit in text) hash = (hash ^ unit) * 0x100000001B3;
        return hash;
    }

    /// <summary>Bytes of a message, eight at a time; the length counts too.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        var sum = (ulong)bytes.Length;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) sum = (BitOperations.RotateLeft(sum, 23) ^ (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word))) * 0x9FB21C651E98DF25;
        foreach (var rest in bytes[(bytes.Length & ~7)..]) sum = (BitOperations.RotateLeft(sum, 7) ^ rest) * 0x9FB21C651E98DF25;
        Add(sum);
    }

    public void Add(ulong value) => Value = SplitMix64.Mix(Value ^ value) + SplitMix64.Step;
}
