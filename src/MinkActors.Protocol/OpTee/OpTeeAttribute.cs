namespace MinkActors.Protocol.OpTee;

/// <summary>The type in bits 7:0 of an attribute. Other values are possible on the wire and are unknown types.</summary>
public enum OpTeeParameterType : byte
{
    /// <summary>No parameter.</summary>
    None = 0,
    /// <summary>Three numbers, read.</summary>
    ValueInput = 1,
    /// <summary>Three numbers, written.</summary>
    ValueOutput = 2,
    /// <summary>Three numbers, read and written.</summary>
    ValueInOut = 3,
    /// <summary>Part of a registered object, read.</summary>
    RegisteredInput = 5,
    /// <summary>Part of a registered object, written.</summary>
    RegisteredOutput = 6,
    /// <summary>Part of a registered object, read and written.</summary>
    RegisteredInOut = 7,
    /// <summary>Memory by address, read.</summary>
    TemporaryInput = 9,
    /// <summary>Memory by address, written.</summary>
    TemporaryOutput = 0xA,
    /// <summary>Memory by address, read and written.</summary>
    TemporaryInOut = 0xB,
}

/// <summary>The attribute word of a parameter (spec 09 section 5).</summary>
public readonly record struct OpTeeAttribute(ulong Word)
{
    private const ulong Meta = 1 << 8;
    private const ulong NonContiguous = 1 << 9;

    /// <summary>Exactly what REGISTER_SHM and a mediated SHM_ALLOC answer carry.</summary>
    public static OpTeeAttribute PageListOutput => new((ulong)OpTeeParameterType.TemporaryOutput | NonContiguous);
    /// <summary>A meta value-input, as OPEN_SESSION has two of.</summary>
    public static OpTeeAttribute MetaValueInput => new((ulong)OpTeeParameterType.ValueInput | Meta);

    /// <summary>Composes a word.</summary>
    public static OpTeeAttribute Of(OpTeeParameterType type, bool meta = false, bool nonContiguous = false) =>
        new((ulong)type | (meta ? Meta : 0) | (nonContiguous ? NonContiguous : 0));

    /// <summary>The type; see <see cref="IsKnownType"/>.</summary>
    public OpTeeParameterType Type => (OpTeeParameterType)(byte)Word;
    /// <summary>Consumed by the OS, not passed to the application.</summary>
    public bool IsMeta => (Word & Meta) != 0;
    /// <summary>The address of temporary memory is that of a page list.</summary>
    public bool IsNonContiguous => (Word & NonContiguous) != 0;
    /// <summary>Cache attribute of temporary memory, bits 18:16; 0 = predefined.</summary>
    public int Cache => (int)((Word >> 16) & 7);
    /// <summary>One of the ten types.</summary>
    public bool IsKnownType => (byte)Word is 0 or 1 or 2 or 3 or 5 or 6 or 7 or 9 or 0xA or 0xB;
    /// <summary>A value of any direction.</summary>
    public bool IsValue => (byte)Word is 1 or 2 or 3;
    /// <summary>Registered memory of any direction.</summary>
    public bool IsRegistered => (byte)Word is 5 or 6 or 7;
    /// <summary>Temporary memory of any direction.</summary>
    public bool IsTemporary => (byte)Word is 9 or 0xA or 0xB;
    /// <summary>The secure side writes to it.</summary>
    public bool IsOutput => (byte)Word is 2 or 3 or 6 or 7 or 0xA or 0xB;
    /// <summary>The secure side reads it.</summary>
    public bool IsInput => (byte)Word is 1 or 3 or 5 or 7 or 9 or 0xB;

    /// <inheritdoc/>
    public override string ToString() => $"0x{Word:X}";
}
