using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>What the primordial object answers to a shape (doc 01, section 9). A live callback id as input of MAP_REGION is taken for a memory object,
/// since a vector does not say what its ids name.</summary>
internal static class PrimordialModel
{
    public static ResultCode Answer(ReadOnlySpan<byte> buffer, Operation operation, ref readonly ArgumentTable table)
    {
        var served = operation.Method switch
        {
            PrimordialOperation.Yield => true,
            PrimordialOperation.Sleep => table.Counts.Word == PrimordialOperation.SleepCounts
                && SleepRequest.TryRead(table.InputBytes(buffer, 0), out _, out _),
            PrimordialOperation.MapRegion => table.Counts.Word == PrimordialOperation.MapRegionCounts
                && table.OutputBuffer(0).Size >= MappingInfo.Size
                && table.InputObject(0).IsCallback,
            _ => false,
        };
        return served ? ResultCode.Ok : ErrnoMapping.ToResult(-(int)Errno.EINVAL);
    }
}
