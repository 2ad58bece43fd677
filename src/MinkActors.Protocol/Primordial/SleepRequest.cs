using System.Buffers.Binary;

namespace MinkActors.Protocol;

/// <summary>What SLEEP carries in its one input buffer (doc 01, section 9).</summary>
/// <param name="Milliseconds">As asked; the runtime has a limit of its own.</param>
public readonly record struct SleepRequest(uint Milliseconds)
{
    /// <summary>Bytes used; more are ignored.</summary>
    public const int Size = 4;

    /// <summary>Refuses an input of fewer than 4 bytes (spec/11, D-25).</summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out SleepRequest request, out Refusal refusal)
    {
        request = default;
        refusal = input.Length >= Size ? default : new Refusal(RefusedField.InputBufferSize, 0, input.Length, Size);
        if (!refusal.IsNone) return false;
        request = new SleepRequest(BinaryPrimitives.ReadUInt32LittleEndian(input));
        return true;
    }
}
