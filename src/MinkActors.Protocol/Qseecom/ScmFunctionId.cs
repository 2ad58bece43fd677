namespace MinkActors.Protocol.Qseecom;

/// <summary>The two register widths of an SCM call.</summary>
public enum ScmConvention
{
    /// <summary>32-bit registers; extension block entries are 4 bytes.</summary>
    Smc32,
    /// <summary>64-bit registers; extension block entries are 8 bytes.</summary>
    Smc64,
}

/// <summary>The owners a QSEECOM call can be addressed to (spec 08 section 2, bits 29:24).</summary>
public enum ScmOwner : byte
{
    /// <summary>Silicon provider services: features, wait queue.</summary>
    SiliconProvider = 2,
    /// <summary>Trusted applications.</summary>
    Applications = 48,
    /// <summary>The secure OS itself.</summary>
    SecureOs = 50,
}

/// <summary>What is called: the x0 of an SCM call. A raw word; <see cref="IsWellFormed"/> says whether its zero bits are zero.</summary>
/// <param name="Value">fast 31, 64-bit 30, owner 29:24, zero 23:16, service 15:8, command 7:0.</param>
public readonly record struct ScmFunctionId(uint Value)
{
    private const uint Fast = 1u << 31;
    private const uint Wide = 1u << 30;

    /// <summary>True for an atomic call, which may not sleep. No QSEECOM call is one.</summary>
    public bool IsFast => (Value & Fast) != 0;

    /// <summary>The register width this call is made with.</summary>
    public ScmConvention Convention => (Value & Wide) != 0 ? ScmConvention.Smc64 : ScmConvention.Smc32;

    /// <summary>The 6-bit owner; values outside <see cref="ScmOwner"/> are possible.</summary>
    public ScmOwner Owner => (ScmOwner)((Value >> 24) & 0x3F);

    /// <summary>The service number.</summary>
    public byte Service => (byte)(Value >> 8);

    /// <summary>The command number within the service.</summary>
    public byte Command => (byte)Value;

    /// <summary>False when one of the bits 23:16 is set.</summary>
    public bool IsWellFormed => (Value & 0x00FF_0000) == 0;

    /// <summary>Composes an id; bits of the owner above the sixth are dropped, as the specification's formula does.</summary>
    public static ScmFunctionId Of(ScmOwner owner, byte service, byte command,
        ScmConvention convention = ScmConvention.Smc64, bool fast = false) =>
        new((fast ? Fast : 0) | (convention == ScmConvention.Smc64 ? Wide : 0)
            | (((uint)owner & 0x3F) << 24) | ((uint)service << 8) | command);

    /// <summary>The same function in another register width.</summary>
    public ScmFunctionId In(ScmConvention convention) =>
        new(convention == ScmConvention.Smc64 ? Value | Wide : Value & ~Wide);

    /// <summary>The same function as an atomic call.</summary>
    public ScmFunctionId AsFast() => new(Value | Fast);

    /// <summary>The same function as a call that may sleep.</summary>
    public ScmFunctionId AsYielding() => new(Value & ~Fast);

    /// <summary>The argument of the convention probe: service and command with owner 2 in bits 29:24 (spec 08 section 2).</summary>
    public uint ProbeArgument => (Value & 0xFFFF) | ((uint)ScmOwner.SiliconProvider << 24);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:X8}";
}
