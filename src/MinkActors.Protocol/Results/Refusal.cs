namespace MinkActors.Protocol;

/// <summary>Why a message was not written or not accepted, fit for a log line. Carries nothing to act upon: the answer is a result code.</summary>
/// <param name="Field">What was refused.</param>
/// <param name="Index">Which one of its kind; 0 where there is but one.</param>
/// <param name="Value">What it was.</param>
/// <param name="Limit">What it may be at most, or must be.</param>
public readonly record struct Refusal(RefusedField Field, int Index, long Value, long Limit)
{
    /// <summary>True for <c>default</c>: nothing was refused.</summary>
    public bool IsNone => Field == RefusedField.None;

    /// <summary>For example <c>InputBuffer[2].Size is 4073, limit 4056</c>. Ids and words are hexadecimal.</summary>
    public override string ToString() => Field switch
    {
        RefusedField.None => "nothing refused",
        RefusedField.InputBufferOffset => $"InputBuffer[{Index}].Offset is {Value}, limit {Limit}",
        RefusedField.InputBufferSize => $"InputBuffer[{Index}].Size is {Value}, limit {Limit}",
        RefusedField.OutputBufferOffset => $"OutputBuffer[{Index}].Offset is {Value}, limit {Limit}",
        RefusedField.OutputBufferSize => $"OutputBuffer[{Index}].Size is {Value}, limit {Limit}",
        RefusedField.InputObject => $"InputObject[{Index}] is 0x{Value:X8}, limit 0x{Limit:X8}",
        RefusedField.OutputObject => $"OutputObject[{Index}] is 0x{Value:X8}, limit 0x{Limit:X8}",
        RefusedField.Counts or RefusedField.Target or RefusedField.Operation => $"{Field} is 0x{Value:X8}, limit 0x{Limit:X8}",
        RefusedField.AsyncVersion => $"Async[{Index}].Version is 0x{Value:X8}, limit 0x{Limit:X8}",
        RefusedField.AsyncOperation => $"Async[{Index}].Operation is 0x{Value:X8}, limit 0x{Limit:X8}",
        RefusedField.AsyncLength => $"Async[{Index}].Length is {Value}, limit {Limit}",
        RefusedField.AsyncCount => $"Async[{Index}].Count is {Value}, limit {Limit}",
        _ => $"{Field} is {Value}, limit {Limit}",
    };
}
