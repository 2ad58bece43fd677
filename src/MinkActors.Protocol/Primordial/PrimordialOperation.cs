namespace MinkActors.Protocol;

/// <summary>The methods of the primordial object (doc 01, section 9). Every other method is refused.</summary>
public static class PrimordialOperation
{
    /// <summary>One output buffer, one input object, one output object.</summary>
    public const ushort MapRegion = 0;

    /// <summary>Arguments are not looked at.</summary>
    public const ushort Yield = 1;

    /// <summary>One input buffer.</summary>
    public const ushort Sleep = 2;

    /// <summary>The counts word that MAP_REGION must have.</summary>
    public const uint MapRegionCounts = 0x1110;

    /// <summary>The counts word that SLEEP must have.</summary>
    public const uint SleepCounts = 0x0001;
}
