namespace MinkActors.Actors;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): a counter with a step of 2^64 divided by the golden ratio, and a finisher
/// that mixes it. Any seed is good, also zero; the state is one word.</summary>
internal static class SplitMix64
{
    public const ulong Step = 0x9E3779B97F4A7C15;

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public static ulong Next(ref ulong state) => Mix(state += Step);
}
