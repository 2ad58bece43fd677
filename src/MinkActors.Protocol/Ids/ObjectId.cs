namespace MinkActors.Protocol;

/// <summary>An id exactly as it travels: any 32-bit word, checked by nobody yet. It means nothing outside the transport that carried it.</summary>
/// <param name="Value">The raw word. Bit 31 set means that the object lives on the normal side (doc 01, section 1).</param>
public readonly record struct ObjectId(uint Value)
{
    /// <summary>Bit 31: the object lives on the normal side.</summary>
    public const uint NormalSideBit = 0x8000_0000;

    /// <summary>No object.</summary>
    public static ObjectId Null => new(0);

    /// <summary>The object every normal side starts with.</summary>
    public static ObjectId Root => new(1);

    /// <summary>The object every secure side starts with.</summary>
    public static ObjectId Primordial => new(NormalSideBit);

    /// <summary>Which of the five ranges the word falls into; each word falls into exactly one.</summary>
    public ObjectIdKind Kind => Value switch
    {
        0 => ObjectIdKind.Null,
        1 => ObjectIdKind.Root,
        < NormalSideBit => ObjectIdKind.Secure,
        NormalSideBit => ObjectIdKind.Primordial,
        _ => ObjectIdKind.Callback,
    };

    /// <summary>0.</summary>
    public bool IsNull => Value == 0;

    /// <summary>1.</summary>
    public bool IsRoot => Value == 1;

    /// <summary>Exactly 0x80000000.</summary>
    public bool IsPrimordial => Value == NormalSideBit;

    /// <summary>2 to 0x7FFFFFFF: counted, one reference for each time the id was received.</summary>
    public bool IsSecure => Value - 2 < NormalSideBit - 2;

    /// <summary>0x80000001 and above: counted, one reference for each id.</summary>
    public bool IsCallback => Value > NormalSideBit;

    /// <summary>Root or secure: what a direct invocation may be aimed at.</summary>
    public bool IsHostedOnSecureSide => Value - 1 < NormalSideBit - 1;

    /// <summary>Primordial or callback: what a callback request may be aimed at.</summary>
    public bool IsHostedOnNormalSide => Value >= NormalSideBit;

    /// <summary>Eight hexadecimal digits, as specifications and traces write ids.</summary>
    public override string ToString() => $"0x{Value:X8}";
}
