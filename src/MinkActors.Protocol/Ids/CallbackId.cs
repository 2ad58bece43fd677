namespace MinkActors.Protocol;

/// <summary>Names a counted object hosted on the normal side, which takes a fresh number at each sending (doc 01, section 3).
/// Never holds any other id; <c>default</c> is no id at all.</summary>
public readonly record struct CallbackId
{
    /// <summary>The first id ever given.</summary>
    public const uint FirstValue = ObjectId.NormalSideBit + 1;

    /// <summary>The id after which the search wraps to the first.</summary>
    public const uint LastValue = uint.MaxValue;

    private CallbackId(uint value) => Value = value;

    /// <summary>0x80000001.</summary>
    public static CallbackId First => new(FirstValue);

    /// <summary>0xFFFFFFFF.</summary>
    public static CallbackId Last => new(LastValue);

    /// <summary>The word that travels; 0 only in <c>default</c>.</summary>
    public uint Value { get; }

    /// <summary>False, with <c>default</c>, for every word below 0x80000001, the primordial id included.</summary>
    public static bool TryCreate(uint value, out CallbackId id)
    {
        var legal = new ObjectId(value).IsCallback;
        id = legal ? new CallbackId(value) : default;
        return legal;
    }

    /// <summary>Every callback id may stand where a raw id stands; the way back is <see cref="TryCreate"/>.</summary>
    public static implicit operator ObjectId(CallbackId id) => new(id.Value);

    /// <summary>Eight hexadecimal digits.</summary>
    public override string ToString() => $"0x{Value:X8}";
}
