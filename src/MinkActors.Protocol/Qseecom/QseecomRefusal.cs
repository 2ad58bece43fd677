namespace MinkActors.Protocol.Qseecom;

/// <summary>The fields of QSEECOM and uefisecapp images that a reader or writer here can refuse.</summary>
public enum QseecomField
{
    /// <summary>Nothing was refused.</summary>
    None,
    /// <summary>The size of the whole image, in bytes.</summary>
    Image,
    /// <summary>A function identifier; the limit is the first reserved bit that was set, or 0.</summary>
    FunctionId,
    /// <summary>An argument-information word, or one of its argument types.</summary>
    ArgumentInfo,
    /// <summary>A call argument; the index says which one.</summary>
    Argument,
    /// <summary>An application name, in bytes.</summary>
    ApplicationName,
    /// <summary>A version part: 0 major, 1 minor, 2 patch.</summary>
    Version,
    /// <summary>A scatter table entry.</summary>
    Scatter,
    /// <summary>The command word of a uefisecapp message.</summary>
    Command,
    /// <summary>The length word of a uefisecapp message.</summary>
    Length,
    /// <summary>A variable name: its size or its offset + size, in bytes.</summary>
    Name,
    /// <summary>The terminator of a variable name.</summary>
    NameTerminator,
    /// <summary>A vendor GUID: its size or its offset + size, in bytes.</summary>
    Guid,
    /// <summary>Variable data: its size or its offset + size, in bytes.</summary>
    Data,
    /// <summary>The caller's room for an answer, in bytes.</summary>
    Capacity,
}

/// <summary>Why an image was refused: which field, its value, and the limit it broke.</summary>
/// <param name="Field">The refused field; <see cref="QseecomField.None"/> when nothing was refused.</param>
/// <param name="Index">Position among fields of the same kind; 0 where there is only one.</param>
/// <param name="Value">The value found. Sums are formed in 64 bits, so this is never a wrapped number.</param>
/// <param name="Limit">The bound or the expected value.</param>
public readonly record struct QseecomRefusal(QseecomField Field, int Index, long Value, long Limit)
{
    /// <summary>True when nothing was refused.</summary>
    public bool IsNone => Field == QseecomField.None;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : $"{Field}[{Index}] is {Value}, limit {Limit}";
}
