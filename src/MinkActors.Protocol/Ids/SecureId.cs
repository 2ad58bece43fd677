namespace MinkActors.Protocol;

/// <summary>Names a counted object hosted on the secure side, which chose the number. Never holds any other id; <c>default</c> is no id at all.</summary>
public readonly record struct SecureId
{
    /// <summary>The lowest secure id.</summary>
    public const uint FirstValue = 2;

    /// <summary>The highest secure id.</summary>
    public const uint LastValue = ObjectId.NormalSideBit - 1;

    private SecureId(uint value) => Value = value;

    /// <summary>The word that travels; 0 only in <c>default</c>.</summary>
    public uint Value { get; }

    /// <summary>False, with <c>default</c>, for every word outside 2 to 0x7FFFFFFF: null, root, primordial and callback ids.</summary>
    public static bool TryCreate(uint value, out SecureId id)
    {
        var legal = new ObjectId(value).IsSecure;
        id = legal ? new SecureId(value) : default;
        return legal;
    }

    /// <summary>Every secure id may stand where a raw id stands; the way back is <see cref="TryCreate"/>.</summary>
    public static implicit operator ObjectId(SecureId id) => new(id.Value);

    /// <summary>Eight hexadecimal digits.</summary>
    public override string ToString() => $"0x{Value:X8}";
}
