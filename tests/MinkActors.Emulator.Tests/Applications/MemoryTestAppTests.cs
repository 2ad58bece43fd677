using System.Buffers.Binary;
using MinkActors.Emulator.TestApplications;
using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Applications;

/// <summary>ITestMemManager and IAppLegacyTest, spec/04 sections 7.6 and 7.3.</summary>
public class MemoryTestAppTests
{
    private static async Task RunAsync(Func<TestWorld, TestMemManagerProxy, Task> test)
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(TestApp.DistinguishedName);
        using var target = (await new OpenerProxy(app.Object).OpenAsync(TestApp.MemoryTest))!;
        await test(world, new TestMemManagerProxy(target));
    }

    private static MemoryCapability Share(TestWorld world, ulong pattern)
    {
        var memory = world.Mink.ShareMemory(0x1000);
        BinaryPrimitives.WriteUInt64LittleEndian(memory.Span, pattern);
        return memory;
    }

    private static ulong PatternOf(MemoryCapability memory) => BinaryPrimitives.ReadUInt64LittleEndian(memory.Span);

    private static async Task<ResultCode> CodeOf(Func<Task> call) => (await Assert.ThrowsAsync<TestMemManagerException>(call)).Code;

    [Fact]
    public Task Given_the_pattern_When_accessed_twice_Then_the_write_is_seen_and_nothing_stays_mapped() => RunAsync(async (world, target) =>
    {
        using var memory = Share(world, ITestMemManager.Pattern1);

        await target.AccessAsync(memory);
        Assert.Equal(ITestMemManager.Pattern2, PatternOf(memory));
        BinaryPrimitives.WriteUInt64LittleEndian(memory.Span, ITestMemManager.Pattern1);
        await target.AccessAsync(memory);

        Assert.Equal(ITestMemManager.Pattern2, PatternOf(memory));
        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
    });

    [Fact]
    public Task Given_another_pattern_or_no_memory_When_accessed_Then_an_error_and_nothing_is_written() => RunAsync(async (world, target) =>
    {
        using var memory = Share(world, 5);
        using var callback = world.Mink.Export(new Callback());

        Assert.Equal(ResultCode.Error, await CodeOf(async () => await target.AccessAsync(memory)));
        Assert.Equal(ResultCode.Error, await CodeOf(async () => await target.AccessAsync(null)));
        Assert.Equal(ResultCode.Unavailable, await CodeOf(async () => await target.AccessAsync(callback)));
        Assert.Equal(5u, PatternOf(memory));
    });

    [Fact]
    public Task Given_two_objects_When_accessed_together_Then_both_are_written() => RunAsync(async (world, target) =>
    {
        using var first = Share(world, ITestMemManager.Pattern1);
        using var second = Share(world, ITestMemManager.Pattern1);

        await target.AccessTwoMemObjectsAsync(first, second);

        Assert.Equal((ITestMemManager.Pattern2, ITestMemManager.Pattern2), (PatternOf(first), PatternOf(second)));
    });

    [Fact]
    public Task Given_memory_When_it_is_to_be_refused_for_what_it_is_Then_only_what_is_so_is_refused() => RunAsync(async (world, target) =>
    {
        using var first = Share(world, 0);
        using var second = Share(world, 0);

        await target.FailOverlapAsync(first, first);
        await target.Fail64BitAsync(first);
        Assert.Equal(ResultCode.Error, await CodeOf(async () => await target.FailOverlapAsync(first, second)));
        Assert.Equal(ResultCode.Error, await CodeOf(async () => await target.FailReadAsync(first)));
        Assert.Equal(ResultCode.Error, await CodeOf(async () => await target.FailWriteAsync(first)));
    });

    [Fact]
    public Task Given_memory_When_released_at_once_Then_it_was_never_mapped() => RunAsync(async (world, target) =>
    {
        using var memory = Share(world, 1);

        await target.ReleaseImmediatelyAsync(memory);

        Assert.Equal(1u, PatternOf(memory));
        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
    });

    [Fact]
    public Task Given_a_write_behind_the_unmapping_When_called_Then_the_application_aborts() => RunAsync(async (world, target) =>
    {
        using var memory = Share(world, 1);

        Assert.Equal(ResultCode.Defunct, await CodeOf(async () => await target.FailReleaseAsync(memory)));
        Assert.Equal(ResultCode.Defunct, await CodeOf(async () => await target.AccessAsync(memory)));
        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
    });

    [Fact]
    public Task Given_a_mapping_that_is_kept_When_the_client_lets_go_Then_the_region_lives_until_the_object_ends() => RunAsync(async (world, target) =>
    {
        using (var memory = Share(world, 1)) await target.SkipUnmapMoAsync(1, memory);
        Assert.Single(world.Mink.GetLiveReferences().HeldBySecureWorld);

        target.Dispose();
        await world.Mink.DrainReleasesAsync();

        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
    });

    [Theory]
    [InlineData(40)]
    [InlineData(28)]
    public async Task Given_a_legacy_request_When_no_listener_is_there_Then_eight_bytes_say_not_supported(int size)
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(LegacyTestApp.DistinguishedName);
        var request = new byte[size];
        request[0] = 6;

        using var reply = await app.InvokeAsync(IAppLegacyTest.Ops.HandleRequest, Argument.In(request), Argument.Out(64));

        Assert.Equal(8, reply.Output(0).Length);
        Assert.Equal(0xFFFF, BinaryPrimitives.ReadInt32LittleEndian(reply.Output(0)[4..]));
    }

    [Theory]
    [InlineData(39, 8, 2)]
    [InlineData(40, 7, 4)]
    public async Task Given_a_legacy_request_of_other_sizes_When_handled_Then_it_is_refused(int request, int response, int code)
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(LegacyTestApp.DistinguishedName);

        using var reply = await app.InvokeAsync(IAppLegacyTest.Ops.HandleRequest, Argument.In(new byte[request]), Argument.Out(response));

        Assert.Equal((ResultCode)code, reply.Code);
    }
}
