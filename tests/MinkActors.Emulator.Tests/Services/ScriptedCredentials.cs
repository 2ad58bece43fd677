using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Services;

/// <summary>A credentials object that records how it was read, and can misbehave.</summary>
internal sealed class ScriptedCredentials(byte[] map) : IMinkObject
{
    public List<string> Calls { get; } = [];

    public ulong? Length { get; init; }

    public int ChunkMax { get; init; } = int.MaxValue;

    public ResultCode LengthCode { get; init; }

    public ResultCode ReadCode { get; init; }

    public bool IsReleased { get; private set; }

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        switch (call.Operation.Method)
        {
            case IIo.Ops.GetLength:
                Calls.Add($"getLength {call.Counts.Word:x4} capacity {call.OutputCapacity(0)}");
                if (LengthCode == ResultCode.Ok) call.Write(0, Length ?? (ulong)map.Length);
                return new(LengthCode);
            case IIo.Ops.ReadAtOffset:
                var offset = (int)call.Read<ulong>(0);
                Calls.Add($"readAtOffset {offset}, {call.OutputCapacity(0)}");
                if (ReadCode != ResultCode.Ok) return new(ReadCode);
                var rest = map.AsSpan(Math.Min(offset, map.Length));
                call.Write(0, rest[..Math.Min(Math.Min(rest.Length, call.OutputCapacity(0)), ChunkMax)]);
                return new(ResultCode.Ok);
            default:
                Calls.Add($"op {call.Operation.Method}");
                return new(ResultCode.Invalid);
        }
    }

    void IMinkObject.Released() => IsReleased = true;
}
