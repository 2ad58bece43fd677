namespace MinkActors.Protocol;

/// <summary>How many arguments of each kind a message has: four bits each, so no value of this type can ask for more than a message
/// can say (doc 02, section 2).</summary>
public readonly record struct ArgumentCounts
{
    /// <summary>A count is four bits wide. The Linux headers say 16 and let the count wrap to 0.</summary>
    public const int MaxOfAKind = 15;

    /// <summary>Four kinds of fifteen.</summary>
    public const int MaxInAll = 60;

    private const uint UsedBits = 0xFFFF;

    private ArgumentCounts(uint word) => Word = word;

    /// <summary>As it travels; bits 31 to 16 are zero.</summary>
    public uint Word { get; }

    /// <summary>Bits 3 to 0.</summary>
    public int InputBuffers => (int)(Word & 0xF);

    /// <summary>Bits 7 to 4.</summary>
    public int OutputBuffers => (int)((Word >> 4) & 0xF);

    /// <summary>Bits 11 to 8.</summary>
    public int InputObjects => (int)((Word >> 8) & 0xF);

    /// <summary>Bits 15 to 12.</summary>
    public int OutputObjects => (int)(Word >> 12);

    /// <summary>No argument of any kind.</summary>
    public bool IsNone => Word == 0;

    /// <summary>Buffers of either direction.</summary>
    public bool HasBuffers => (Word & 0x00FF) != 0;

    /// <summary>Something that a reply brings, of either kind.</summary>
    public bool HasOutputs => (Word & 0xF0F0) != 0;

    /// <summary>0 to 60.</summary>
    public int Total
    {
        get
        {
            // Adds the four digits two at a time: this is asked for several times in each message.
            var pairs = (Word & 0x0F0F) + ((Word >> 4) & 0x0F0F);
            return (int)((pairs + (pairs >> 8)) & 0xFF);
        }
    }

    internal int Buffers => InputBuffers + OutputBuffers;

    internal int FirstOutputObject => Buffers + InputObjects;

    /// <summary>Objects of either direction.</summary>
    public bool HasObjects => Word > 0xFF;

    internal bool HasOutputObjects => Word > 0xFFF;

    /// <summary>For a word that is checked besides: what is above its sixteen bits is dropped.</summary>
    internal static ArgumentCounts Truncate(uint word) => new(word & UsedBits);

    /// <summary>How many there are of one kind.</summary>
    public int Of(ArgumentKind kind) => (int)((Word >> (4 * (int)kind)) & 0xF);

    /// <summary>The place in the message of argument <paramref name="index"/> of a kind. Not checked against <see cref="Of"/>.</summary>
    public int IndexOf(ArgumentKind kind, int index) => index + kind switch
    {
        ArgumentKind.InputBuffer => 0,
        ArgumentKind.OutputBuffer => InputBuffers,
        ArgumentKind.InputObject => Buffers,
        _ => FirstOutputObject,
    };

    /// <summary>Refuses more than fifteen, or fewer than none, of a kind. The object API answers -94, the device ABI -EINVAL.</summary>
    public static bool TryCreate(int inputBuffers, int outputBuffers, int inputObjects, int outputObjects,
        out ArgumentCounts counts, out Refusal refusal)
    {
        counts = default;
        refusal = default;
        if ((uint)inputBuffers > MaxOfAKind) refusal = TooMany(RefusedField.InputBufferCount, inputBuffers);
        else if ((uint)outputBuffers > MaxOfAKind) refusal = TooMany(RefusedField.OutputBufferCount, outputBuffers);
        else if ((uint)inputObjects > MaxOfAKind) refusal = TooMany(RefusedField.InputObjectCount, inputObjects);
        else if ((uint)outputObjects > MaxOfAKind) refusal = TooMany(RefusedField.OutputObjectCount, outputObjects);
        else counts = new ArgumentCounts((uint)(inputBuffers | outputBuffers << 4 | inputObjects << 8 | outputObjects << 12));
        return refusal.IsNone;
    }

    /// <summary>Refuses a word with any of bits 31 to 16 set.</summary>
    public static bool TryParse(uint word, out ArgumentCounts counts, out Refusal refusal)
    {
        if (word > UsedBits)
        {
            counts = default;
            refusal = new Refusal(RefusedField.Counts, 0, word, UsedBits);
            return false;
        }

        counts = new ArgumentCounts(word);
        refusal = default;
        return true;
    }

    /// <summary>The counts in message order.</summary>
    public override string ToString() => $"{InputBuffers} IB, {OutputBuffers} OB, {InputObjects} IO, {OutputObjects} OO";

    private static Refusal TooMany(RefusedField field, int count) => new(field, 0, count, MaxOfAKind);
}
