namespace MinkActors.Protocol;

/// <summary>The op word: a method id in bits 15 to 0 and modifiers for transports above it (doc 01, section 2.1).</summary>
/// <param name="Word">As it travels. Dispatchers look at <see cref="Method"/> only.</param>
public readonly record struct Operation(uint Word)
{
    private const uint MethodMask = 0xFFFF;
    private const uint LocalBit = 0x8000;
    private const uint RemoteBuffersBit = 0x1_0000;

    /// <summary>The highest method id that interfaces may use for themselves.</summary>
    public const ushort UserMax = 0x3FFF;

    /// <summary>Drop one reference.</summary>
    public static Operation Release => new(0xFFFF);

    /// <summary>Add one reference.</summary>
    public static Operation Retain => new(0xFFFE);

    /// <summary>Named by the first posted driver only; nothing treats it specially.</summary>
    public static Operation NoOp => new(0xFFFD);

    /// <summary>What is to be done, without modifiers.</summary>
    public ushort Method => (ushort)Word;

    /// <summary>Bits 31 to 16 in place. A caller leaves them zero, a callee ignores them.</summary>
    public uint Modifiers => Word & ~MethodMask;

    /// <summary>True for a word that no caller may send.</summary>
    public bool HasModifiers => Word > MethodMask;

    /// <summary>Bit 15: user-space proxies do not forward the method. The kernel transport does not look at it.</summary>
    public bool IsLocal => (Word & LocalBit) != 0;

    /// <summary>Whatever the modifiers are.</summary>
    public bool IsRelease => Method == 0xFFFF;

    /// <summary>Whatever the modifiers are.</summary>
    public bool IsRetain => Method == 0xFFFE;

    /// <summary>Release or retain: answered by the table of references, with the arguments ignored.</summary>
    public bool CountsReferences => Method >= 0xFFFE;

    /// <summary>Bit 16: a transport says that buffers may lie in untrusted memory or be unaligned.</summary>
    public bool IsRemoteBuffers => (Word & RemoteBuffersBit) != 0;

    /// <summary>No modifiers, and neither release nor retain, which only the runtime may send on a caller's behalf.</summary>
    public bool IsAllowedFromCaller => Word < 0xFFFE;

    /// <summary>The same method without modifiers: what a dispatcher is given.</summary>
    public Operation Masked => new(Word & MethodMask);

    /// <summary>Eight hexadecimal digits.</summary>
    public override string ToString() => $"0x{Word:X8}";
}
