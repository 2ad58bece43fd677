using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>Credentials as the secure world reads them, by callbacks during the registration (IIO, spec/04 section 4.1).</summary>
internal sealed class CredentialsObject(byte[] map) : IoSkeleton
{
    protected override ValueTask<ResultCode> GetLengthAsync(GetLengthCall call)
    {
        call.Length = (ulong)map.Length;
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> ReadAtOffsetAsync(ReadAtOffsetCall call)
    {
        if (call.Offset >= (ulong)map.Length) return new(IIo.Errors.OffsetOutOfBounds);
        var rest = map.AsSpan((int)call.Offset);
        call.SetData(rest[..Math.Min(rest.Length, call.DataCapacity)]);
        return new(ResultCode.Ok);
    }
}
