using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.TestApplications;

/// <summary>Maps the memory it is given, checks and leaves patterns in it (ITestMemManager, spec/04 section 7.6).</summary>
internal sealed class MemoryTestObject(TestApp app) : TestMemManagerSkeleton, IMinkObject
{
    private const uint PermissionRead = 4;
    private const uint PermissionWrite = 2;

    private MappedMemory? _kept;

    protected override async ValueTask<ResultCode> AccessAsync(AccessCall call)
    {
        using var mapped = await Map(call.Memory);
        return Exchange(mapped) ? ResultCode.Ok : ResultCode.Error;
    }

    protected override async ValueTask<ResultCode> FailReadAsync(FailReadCall call)
    {
        using var mapped = await Map(call.Memory);
        return (mapped.Permissions & PermissionRead) == 0 ? ResultCode.Ok : ResultCode.Error;
    }

    protected override async ValueTask<ResultCode> FailWriteAsync(FailWriteCall call)
    {
        using var mapped = await Map(call.Memory);
        return (mapped.Permissions & PermissionWrite) == 0 ? ResultCode.Ok : ResultCode.Error;
    }

    protected override async ValueTask<ResultCode> FailReleaseAsync(FailReleaseCall call)
    {
        var mapped = await Map(call.Memory);
        mapped.Dispose();
        // A write where nothing is mapped any more is what a fault is made of.
        app.Crash();
        return ResultCode.Ok;
    }

    protected override async ValueTask<ResultCode> Fail64BitAsync(Fail64BitCall call)
    {
        using var mapped = await Map(call.Memory);
        return mapped.PhysicalAddress > uint.MaxValue ? ResultCode.Ok : ResultCode.Error;
    }

    protected override async ValueTask<ResultCode> FailOverlapAsync(FailOverlapCall call)
    {
        var second = call.Second;
        using var mapped = await Map(call.First);
        using var other = await Map(second);
        return mapped.Overlaps(other) ? ResultCode.Ok : ResultCode.Error;
    }

    protected override async ValueTask<ResultCode> AccessTwoMemObjectsAsync(AccessTwoMemObjectsCall call)
    {
        var second = call.Second;
        using var mapped = await Map(call.First);
        using var other = await Map(second);
        // Both are looked at, also when the first is wrong.
        return Exchange(mapped) & Exchange(other) ? ResultCode.Ok : ResultCode.Error;
    }

    protected override ValueTask<ResultCode> ReleaseImmediatelyAsync(ReleaseImmediatelyCall call)
    {
        call.TakeMemory()?.Dispose();
        return new(ResultCode.Ok);
    }

    protected override async ValueTask<ResultCode> SkipUnmapMoAsync(SkipUnmapMoCall call)
    {
        var keeps = call.Flag != 0;
        var mapped = await Map(call.Memory);
        if (keeps) (_kept, mapped) = (mapped, _kept);
        mapped?.Dispose();
        return ResultCode.Ok;
    }

    void IMinkObject.Released() => _kept?.Dispose();

    private ValueTask<MappedMemory> Map(Capability? memory) => memory is null
        ? throw new MinkException(ResultCode.Error, "There is no memory to map.")
        : app.MapAsync(memory);

    private static bool Exchange(MappedMemory mapped)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(mapped.Bytes) != ITestMemManager.Pattern1) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(mapped.WritableBytes, ITestMemManager.Pattern2);
        return true;
    }
}
