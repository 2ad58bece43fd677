namespace MinkActors.Protocol.OpTee;

/// <summary>The fields of OP-TEE images that a reader or writer here can refuse.</summary>
public enum OpTeeField
{
    /// <summary>Nothing was refused.</summary>
    None,
    /// <summary>The size of the whole image, in bytes.</summary>
    Image,
    /// <summary>The command word.</summary>
    Command,
    /// <summary>The number of parameters.</summary>
    ParameterCount,
    /// <summary>The attribute of the parameter at the index.</summary>
    Attribute,
    /// <summary>A value of the parameter at the index.</summary>
    Value,
    /// <summary>A cookie.</summary>
    Cookie,
    /// <summary>The login of an open.</summary>
    Login,
    /// <summary>The address of the parameter at the index.</summary>
    Address,
    /// <summary>Offset + size, or size alone, in bytes.</summary>
    Size,
    /// <summary>The offset within the first page.</summary>
    PageOffset,
    /// <summary>A page list entry at the index.</summary>
    PageEntry,
    /// <summary>The address of a following list page.</summary>
    NextListPage,
    /// <summary>A register; the index is its number.</summary>
    Register,
    /// <summary>A use case, device, right, flag or count of the protected-memory service.</summary>
    Argument,
}

/// <summary>Why an image was refused: which field, its value, and the limit it broke.</summary>
/// <param name="Field">The refused field; <see cref="OpTeeField.None"/> when nothing was refused.</param>
/// <param name="Index">Parameter, page or register number; 0 where there is only one.</param>
/// <param name="Value">The value found; 64-bit addresses keep their bits.</param>
/// <param name="Limit">The bound or the expected value.</param>
public readonly record struct OpTeeRefusal(OpTeeField Field, int Index, long Value, long Limit)
{
    /// <summary>True when nothing was refused.</summary>
    public bool IsNone => Field == OpTeeField.None;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : $"{Field}[{Index}] is {Value}, limit {Limit}";
}
