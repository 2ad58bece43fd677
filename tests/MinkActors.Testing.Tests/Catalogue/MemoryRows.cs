using MinkActors.Protocol;

namespace MinkActors.Testing.Tests.Catalogue;

/// <summary>Rows of spec/11 about memory objects, and about starting.</summary>
public sealed class MemoryRows
{
    [Fact]
    public async Task D38_Given_a_region_that_cannot_be_mapped_When_the_object_is_released_Then_the_region_is_given_back_once()
    {
        await Mink.SimulateAsync(1, async world =>
        {
            var memory = world.Mink.ShareMemory(8192);
            var address = memory.Region.PhysicalAddress;
            using var refused = await world.CallAsync(world.App, TestApp.Map, Argument.In(1u), Argument.In(memory));
            world.Require(refused is { Code: ResultCode.Memory }, $"A region that cannot be mapped was answered {refused?.Code}");
            memory.Dispose();
            (await world.CallAsync(world.App, TestApp.Nothing))?.Dispose();
            (await world.CallAsync(world.App, TestApp.Nothing))?.Dispose();
            world.Require(!world.Memory.TryResolve(address, 1, out _, out _), "The region is still shared");
        }, FaultPlan.Parse("map:refuse:at=1"));
    }

    [Fact]
    public async Task D39_Given_a_region_mapped_twice_When_both_ids_are_released_Then_it_is_free_and_was_one_region_all_along()
    {
        await Mink.SimulateAsync(2, async world =>
        {
            var memory = world.Mink.ShareMemory(4096);
            var address = memory.Region.PhysicalAddress;
            foreach (var key in (uint[])[1, 2]) (await world.CallAsync(world.App, TestApp.Map, Argument.In(key), Argument.In(memory)))!.Value.Dispose();
            (await world.CallAsync(world.App, TestApp.Nothing))!.Value.Dispose();
            world.Mink.ShouldBeHeldBySecureWorld(2);
            memory.Dispose();
            Assert.True(world.Memory.TryResolve(address, 4096, out _, out _));
            foreach (var key in (uint[])[1, 2]) (await world.CallAsync(world.App, TestApp.Unmap, Argument.In(key)))!.Value.Dispose();
            for (var i = 0; i < 3; i++) (await world.CallAsync(world.App, TestApp.Nothing))!.Value.Dispose();
            world.Mink.ShouldBeHeldBySecureWorld(0);
            Assert.False(world.Memory.TryResolve(address, 1, out _, out _));
        });
    }

    [Fact]
    public async Task D40_Given_an_operation_on_a_memory_object_When_answered_Then_it_is_an_error_and_no_id_is_made()
    {
        await Mink.SimulateAsync(3, async world =>
        {
            using var memory = world.Mink.ShareMemory(4096);
            using var probe = FailedCallRows.Export(world, 3);
            using var refused = await world.CallAsync(world.App, TestApp.CallFully, Argument.In(7u), Argument.In(8UL), Argument.Out(8), Argument.In(memory), Argument.In(probe), Argument.OutObject);
            world.Require(refused is { Code: ResultCode.Unavailable }, $"Operation 7 of a memory object was answered {refused?.Code}");
            (await world.CallAsync(world.App, TestApp.Nothing))!.Value.Dispose();
            world.Mink.ShouldBeHeldBySecureWorld(0);
        });
    }

    [Fact]
    public void D85_Given_clients_that_call_from_the_first_step_on_When_every_schedule_is_run_Then_each_is_fully_served()
    {
        var result = SimulationCampaign.Run(new CampaignOptions
        {
            OwnScenarios = [new Scenario("at-once", "Two calls at once", async world =>
            {
                var other = world.StartClient("other", () => AddAsync(world, 1));
                await AddAsync(world, 2);
                await other;
            })],
            Strategy = "exhaustive",
            Depth = 12,
            Faults = "none",
            Budget = TimeSpan.FromMinutes(2),
        });

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
    }

    private static async Task AddAsync(SimulatedWorld world, uint a)
    {
        using var sum = await world.CallAsync(world.App, TestApp.Add, Argument.In(a, 40u), Argument.Out<uint>());
        world.Require(sum is { IsOk: true } && sum.Value.Read<uint>() == a + 40, "A call was not served");
    }
}
