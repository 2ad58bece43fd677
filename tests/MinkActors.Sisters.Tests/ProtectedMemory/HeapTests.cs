using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Sisters.OpTee;
using MinkActors.Sisters.ProtectedMemory;
using MinkActors.Sisters.Tests.OpTee;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>Heaps as programs see them (spec 10 section 12), and how their provider is found (section 4).</summary>
public sealed class HeapTests
{
    private const uint Decoder = 0x101;

    [Theory]
    [InlineData(0ul, 0u, 0u, 0ul)]
    [InlineData(ulong.MaxValue, 0u, 0u, 0ul)]
    [InlineData(4096ul, 3u, 0u, 0ul)]
    [InlineData(4096ul, 0u, 0x40u, 0ul)]
    [InlineData(4096ul, 0u, 3u, 0ul)]
    [InlineData(4096ul, 0u, 0u, 1ul)]
    public void Given_arguments_of_the_ioctl_that_are_wrong_When_allocated_Then_EINVAL(ulong length, uint descriptor, uint flags, ulong heapFlags) => Run(async (_, service, heaps, _) =>
    {
        Assert.Equal(Errno.EINVAL, await ErrnoOf(heaps.Open("protected,secure-video").AllocateAsync(length, descriptor, flags, heapFlags)));
        Assert.Equal(0, service.Regions);
    });

    [Fact]
    public void Given_a_heap_When_a_buffer_is_allocated_Then_whole_pages_and_no_mapping() => Run(async (_, service, heaps, _) =>
    {
        await using var buffer = await heaps.Open("protected,secure-video").AllocateAsync(5000, 0, 0x80002);

        Assert.Equal((8192ul, 1), (buffer.Size, service.Regions));
        Assert.Equal(Errno.EPERM, Assert.Throws<ProtectedHeapException>(() => { buffer.Map(); }).Errno);
    });

    [Fact]
    public void Given_a_heap_When_registered_again_unknown_or_taken_away_Then_EBUSY_EINVAL_and_buffers_stay_until_freed() => Run(async (_, service, heaps, heap) =>
    {
        Assert.Equal(Errno.EBUSY, Assert.Throws<ProtectedHeapException>(() => heaps.Register(ProtectedUseCase.SecureVideoPlayback, heap.Pool)).Errno);
        Assert.Equal(Errno.EINVAL, Assert.Throws<ProtectedHeapException>(() => heaps.Register((ProtectedUseCase)7, heap.Pool)).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<ProtectedHeapException>(() => heaps.Open("protected,trusted-ui")).Errno);
        var buffer = await heap.AllocateAsync(4096);

        await heap.DisposeAsync();
        Assert.Equal((Errno.EINVAL, 1), (await ErrnoOf(heap.AllocateAsync(4096)), service.Regions));
        await buffer.DisposeAsync();
        await buffer.DisposeAsync();

        Assert.Equal(0, service.Regions);
    });

    [Fact]
    public void Given_an_attached_device_When_the_buffer_is_disposed_first_Then_the_memory_stays_until_it_is_detached() => Run(async (_, service, _, heap) =>
    {
        var buffer = await heap.AllocateAsync(4096);
        var attachment = await buffer.AttachAsync(new DeviceGrant(Decoder, ProtectedRights.ReadWrite));
        Assert.Equal(Errno.EACCES, await ErrnoOf(buffer.AttachAsync(new DeviceGrant(0x105, ProtectedRights.Read))));
        Assert.Equal(Errno.ENOENT, await ErrnoOf(buffer.AttachAsync(new DeviceGrant(0x999, ProtectedRights.Read))));
        var address = buffer.Allocation.Segments[0].Address;

        await buffer.DisposeAsync();
        Assert.True(service.Platform.DeviceWrite(Decoder, address, new byte[4]));
        await attachment.DisposeAsync();

        Assert.False(service.Platform.DeviceRead(Decoder, address, new byte[1]));
        Assert.Equal(0, service.Regions);
    });

    [Fact]
    public void Given_an_imported_buffer_When_a_call_names_a_part_of_it_Then_the_application_works_there_and_nowhere_else() => Run(async (world, service, heaps, heap) =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var buffer = await heap.AllocateAsync(8192);
        Assert.Equal(Errno.EINVAL, Assert.Throws<ProtectedHeapException>(() => heaps.Import(buffer, 1)).Errno);
        var imported = heaps.Import(buffer);
        await buffer.DisposeAsync();
        Assert.Equal(Errno.EINVAL, Assert.Throws<ProtectedHeapException>(() => { imported.Part(OpTeeParameterType.RegisteredOutput, 8000, 193); }).Errno);
        Assert.Equal(Errno.EINVAL, Assert.Throws<ProtectedHeapException>(() => { imported.Part(OpTeeParameterType.RegisteredOutput, ulong.MaxValue, 2); }).Errno);

        var reply = await session.InvokeAsync(TestTa.Fill, imported.Part(OpTeeParameterType.RegisteredOutput, 4000, 200), OpTeeArgument.Value(0x77));

        Assert.Equal((TeeResult.Success, 1), (reply.Result, service.Regions));
        await imported.DisposeAsync();
        Assert.Equal((Errno.EINVAL, 0), (Assert.Throws<ProtectedHeapException>(() => heaps.Import(buffer)).Errno, service.Regions));
    });

    [Fact]
    public void D148_Given_a_provider_that_appears_late_When_first_allocations_race_Then_one_client_and_all_or_none_succeed() => CarrierTests.Run(async (world, service) =>
    {
        var (opened, isThere) = (0, false);
        await using var heap = new ProtectedHeaps().Register(ProtectedUseCase.SecureVideoPlayback, new ServicePool(async () =>
        {
            opened++;
            await Task.Delay(TimeSpan.FromMilliseconds(5), world.Actors.Time);
            return isThere ? await ProtectedMemoryDirectory.OpenAsync(world.System) : throw new ProtectedHeapException(Errno.ENODEV, "Not yet");
        }, ProtectedUseCase.SecureVideoPlayback));

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ErrnoOf(heap.AllocateAsync(4096)))), errno => Assert.Equal(Errno.ENODEV, errno));
        Assert.Equal(1, opened);
        isThere = true;
        var buffers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => heap.AllocateAsync(4096)));

        Assert.Equal((2, 4), (opened, service.Regions));
        foreach (var buffer in buffers) await buffer.DisposeAsync();
    });

    [Theory]
    [InlineData(0x10000u, 0u, ProtectedMemoryCarriers.OpTee, 2u)]
    [InlineData(0x20000u, 0u, ProtectedMemoryCarriers.Mink, 2u)]
    [InlineData(0x10005u, 0u, ProtectedMemoryCarriers.Mink, 1u)]
    [InlineData(0x10000u, 1u, ProtectedMemoryCarriers.Mink, 2u)]
    public void D147_Check02_Given_two_providers_When_one_is_looked_up_by_capability_Then_the_best_that_can_be_used(uint api, uint flags, ProtectedMemoryCarriers carriers, uint chosen) => ServiceRig.Run(async _ =>
    {
        var first = new ProviderDescription(1, api, 1, carriers, Guid.Empty, flags);
        var directory = new Local(new ProviderDirectory(first, new ProviderDescription(1, 0x10000, 2, ProtectedMemoryCarriers.Mink, Guid.Empty, 0)));

        Assert.Equal(chosen, (await ProtectedMemoryDirectory.FindAsync(directory, ProtectedMemoryCarriers.Mink, CallOptions.None)).MinkUid);
    });

    [Fact]
    public void D147_Check02_Given_no_provider_When_it_is_looked_up_Then_a_clear_not_found() => ServiceRig.Run(async _ =>
        Assert.Equal(ProtectedMemoryError.NotFound, await MinkRig.ErrorOf(ProtectedMemoryDirectory.FindAsync(new Local(new ProviderDirectory()), ProtectedMemoryCarriers.Mink, CallOptions.None))));

    private static void Run(Func<OpTeeWorld, ProtectedMemoryService, ProtectedHeaps, ProtectedHeap, Task> test) => CarrierTests.Run(async (world, service) =>
    {
        var heaps = new ProtectedHeaps();
        await using var heap = heaps.Register(ProtectedUseCase.SecureVideoPlayback, new ServicePool(() => ProtectedMemoryDirectory.OpenAsync(world.System), ProtectedUseCase.SecureVideoPlayback));
        await test(world, service, heaps, heap);
    });

    private static async Task<Errno> ErrnoOf(Task task) => (await Assert.ThrowsAsync<ProtectedHeapException>(() => task)).Errno;

    /// <summary>A directory that is reached by calling it.</summary>
    private sealed class Local(ProviderDirectory directory) : IProtectedMemoryCarrier
    {
        public ValueTask<ProtectedMemoryReply> InvokeAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, CallOptions options = default)
        {
            var answer = directory.Query(input.Span);
            return new(new ProtectedMemoryReply(answer.Error, answer.Output));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
