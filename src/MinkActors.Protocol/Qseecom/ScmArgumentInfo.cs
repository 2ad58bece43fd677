namespace MinkActors.Protocol.Qseecom;

/// <summary>How the firmware has to look at one argument (2 bits each).</summary>
public enum ScmArgumentType : byte
{
    /// <summary>A number.</summary>
    Value = 0,
    /// <summary>The physical address of memory the firmware only reads.</summary>
    ReadOnlyBuffer = 1,
    /// <summary>The physical address of memory the firmware reads and writes.</summary>
    ReadWriteBuffer = 2,
    /// <summary>A buffer passed by value.</summary>
    BufferValue = 3,
}

/// <summary>The x1 of an SCM call: how many arguments there are, and the type of each (spec 08 section 2).</summary>
/// <param name="Word">Count in bits 3:0; argument i has its type at bit 4 + 2i.</param>
public readonly record struct ScmArgumentInfo(uint Word)
{
    /// <summary>The most arguments a call can have.</summary>
    public const int ArgumentsMax = 10;

    /// <summary>Number of arguments as the word says; up to 15 in a malformed one.</summary>
    public int Count => (int)(Word & 0xF);

    /// <summary>The type of argument <paramref name="index"/>, from 0; beyond the tenth always <see cref="ScmArgumentType.Value"/>.</summary>
    public ScmArgumentType TypeOf(int index) =>
        (uint)index < ArgumentsMax ? (ScmArgumentType)((Word >> (4 + 2 * index)) & 3) : ScmArgumentType.Value;

    /// <summary>True when arguments 3 and up travel in an extension block, because more than four do not fit the registers.</summary>
    public bool NeedsExtensionBlock => Count > ScmExtensionBlock.RegisterArguments;

    /// <summary>Composes the word. At most ten types.</summary>
    public static bool TryCreate(ReadOnlySpan<ScmArgumentType> types, out ScmArgumentInfo info, out QseecomRefusal refusal)
    {
        info = default;
        if (types.Length > ArgumentsMax)
        {
            refusal = new(QseecomField.ArgumentInfo, 0, types.Length, ArgumentsMax);
            return false;
        }
        var word = (uint)types.Length;
        for (var i = 0; i < types.Length; i++)
        {
            if ((byte)types[i] > 3)
            {
                refusal = new(QseecomField.ArgumentInfo, i, (byte)types[i], 3);
                return false;
            }
            word |= (uint)types[i] << (4 + 2 * i);
        }
        refusal = default;
        info = new(word);
        return true;
    }

    /// <summary>Accepts a word from the wire: at most ten arguments, and no type bits behind the last one.</summary>
    public static bool TryParse(uint word, out ScmArgumentInfo info, out QseecomRefusal refusal)
    {
        info = new(word);
        refusal = default;
        if (info.Count > ArgumentsMax)
        {
            refusal = new(QseecomField.ArgumentInfo, 0, info.Count, ArgumentsMax);
        }
        else if (word >> (4 + 2 * info.Count) != 0)
        {
            refusal = new(QseecomField.ArgumentInfo, info.Count, word, (1L << (4 + 2 * info.Count)) - 1);
        }
        return refusal.IsNone;
    }

    /// <inheritdoc/>
    public override string ToString() => $"0x{Word:X}";
}
