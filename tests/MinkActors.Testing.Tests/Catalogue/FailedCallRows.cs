using MinkActors.Protocol;

namespace MinkActors.Testing.Tests.Catalogue;

/// <summary>Rows of spec/11 about calls that fail: what was handed over is whole again. The world's own checks end each run.</summary>
public sealed class FailedCallRows
{
    private const ulong Seeds = 6;

    [Theory]
    [InlineData("buffer:refuse:at=1")]
    [InlineData("buffer:refuse:at=2")]
    [InlineData("table:exhaust:value=0")]
    [InlineData("table:exhaust:value=1")]
    [InlineData("transport-entry:refuse:at=1,value=0")]
    [InlineData("transport-entry:refuse:at=1,value=3")]
    public async Task D21_Given_a_failure_before_the_first_submission_When_the_call_returns_Then_both_inputs_have_the_count_they_had(string faults)
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            await Mink.SimulateAsync(seed, async world =>
            {
                using var first = Export(world, 1);
                using var second = Export(world, 2);
                var reply = await world.CallAsync(world.App, TestApp.Keep, Argument.In(7u), Argument.In(first), Argument.In(second));
                world.Require(reply is null, "The call went through");
                world.Require(first.Target.References == 1 && second.Target.References == 1, "An input has more than its handle's reference");
                world.Mink.ShouldBeHeldBySecureWorld(0);
            }, FaultPlan.Parse(faults));
        }
    }

    [Fact]
    public async Task D22_Given_every_slot_in_use_When_one_more_call_starts_Then_it_gets_a_clear_error_and_the_others_their_own_answers()
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var refused = new List<string>();
            await Mink.SimulateAsync(seed, async world =>
            {
                world.MayFail = true;
                await Task.WhenAll(Enumerable.Range(0, 4).Select(i => world.StartClient($"client-{i}", async () =>
                {
                    try
                    {
                        using var sum = await world.App.InvokeAsync(TestApp.Add, Argument.In((uint)i, 40u), Argument.Out<uint>());
                        world.Require(sum.Read<uint>() == 40 + i, "A call got another's answer");
                    }
                    catch (MinkTransportException failure)
                    {
                        world.Require(failure is { Code: ResultCode.Busy, IsRetrySafe: true }, failure.Message);
                        refused.Add(failure.Message);
                    }
                })));
            }, shape: new WorldShape { Limits = new MinkLimits { Slots = 1, ChainDepth = 1, QueuedInvocations = 1 } });
            Assert.InRange(refused.Count, 0, 2);
            Assert.All(refused, message => Assert.Contains("1 invocations wait", message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task D42_Given_an_export_that_fails_half_way_When_invoked_Then_nothing_is_sent_and_no_null_stands_for_an_object()
    {
        await Mink.SimulateAsync(1, async world =>
        {
            using var first = Export(world, 1);
            using var second = Export(world, 2);
            (await world.CallAsync(world.App, TestApp.Keep, Argument.In(7u), Argument.In(first), Argument.In((Capability?)null), Argument.In(second)))?.Dispose();
            using var kept = await world.CallAsync(world.App, TestApp.CallKept, Argument.In(7u, 1u), Argument.Out<uint>());
            world.Require(kept is { Code: ResultCode.Invalid }, "The application was given something");
        }, FaultPlan.Parse("table:exhaust:value=1"));
    }

    [Fact]
    public async Task D84_Given_a_transport_that_fails_after_the_secure_world_has_seen_the_call_When_calls_follow_Then_its_buffers_are_not_used_again()
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            await Mink.SimulateAsync(seed, async world =>
            {
                using var owned = Export(world, 3);
                using var broken = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(1, 5u), Argument.Out<uint>(), Argument.In(owned));
                Assert.Null(broken);
                Assert.True(world.Mink.Domain.Buffers.Quarantined > 0);
                for (var i = 0; i < 3; i++) (await world.CallAsync(world.App, TestApp.Add, Argument.In(1u, 2u), Argument.Out<uint>()))?.Dispose();
            }, FaultPlan.Parse("transport-entry:refuse:at=2,value=3"));
        }
    }

    [Fact]
    public async Task D88_Given_a_full_table_When_one_more_is_exported_Then_it_is_refused_and_works_after_one_release()
    {
        await Mink.SimulateAsync(2, async world =>
        {
            world.MayFail = true;
            using var first = Export(world, 1);
            using var second = Export(world, 2);
            (await world.CallAsync(world.App, TestApp.Keep, Argument.In(1u), Argument.In(first)))!.Value.Dispose();
            var full = await Assert.ThrowsAsync<MinkTransportException>(async () => await world.App.InvokeAsync(TestApp.Keep, Argument.In(2u), Argument.In(second)));
            Assert.Equal(ResultCode.NoSlots, full.Code);
            (await world.CallAsync(world.App, TestApp.Drop, Argument.In(1u)))!.Value.Dispose();
            using var kept = await world.CallAsync(world.App, TestApp.Keep, Argument.In(2u), Argument.In(second));
            world.Require(kept is { IsOk: true }, "The export does not work after one release");
        }, shape: new WorldShape { Limits = new MinkLimits { Slots = 2, ChainDepth = 1, CallbackIds = 1 } });
    }

    [Fact]
    public async Task D94_Given_a_failed_call_that_the_secure_world_had_seen_When_it_invokes_the_id_Then_it_reaches_that_object_whatever_was_exported_since()
    {
        await Mink.SimulateAsync(3, async world =>
        {
            using var first = Export(world, 100);
            using var gone = new CancellationTokenSource();
            var keeping = world.CallAsync(world.App, TestApp.Keep, new CallOptions { CancellationToken = gone.Token }, Argument.In(1u), Argument.In(first));
            for (var i = 0; i < 6; i++) await world.YieldAsync();
            gone.Cancel();
            (await keeping)?.Dispose();
            for (var i = 0u; i < 4; i++)
            {
                using var other = Export(world, i);
                (await world.CallAsync(world.App, TestApp.Keep, Argument.In(10 + i), Argument.In(other)))?.Dispose();
            }
            using var reply = await world.CallAsync(world.App, TestApp.CallKept, Argument.In(1u, 1u), Argument.Out<uint>());
            world.Require(reply is { Code: ResultCode.Invalid } || reply!.Value.Read<uint>() == 101, "The id of a failed call reached another object");
        });
    }

    [Theory]
    [InlineData("transport-entry:refuse:value=0")]
    [InlineData("buffer:refuse")]
    public async Task D105_Given_a_refused_call_with_the_callers_own_handle_When_it_fails_ten_times_Then_the_handle_works_and_its_count_is_unchanged(string faults)
    {
        await Mink.SimulateAsync(4, async world =>
        {
            using var owned = Export(world, 3);
            using var memory = world.Faults.Fired.Count == 0 && faults.StartsWith("transport", StringComparison.Ordinal) ? world.Mink.ShareMemory(1) : null;
            for (var i = 0; i < 10; i++) Assert.Null(await world.CallAsync(world.App, TestApp.Keep, Argument.In(1u), Argument.In(owned), Argument.In(memory)));
            Assert.Equal(1, owned.Target.References);
            using var reply = await world.CallAsync(owned, ProbeObject.Add, Argument.In(1u), Argument.Out<uint>());
            world.Require(reply is { IsOk: true } && reply.Value.Read<uint>() == 4, "The handle does not work any more");
        }, FaultPlan.Parse(faults));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task D106_Given_a_failure_at_an_argument_When_cleaned_up_Then_exactly_the_converted_ones_are_released(int fitting)
    {
        await Mink.SimulateAsync(5, async world =>
        {
            var objects = Enumerable.Range(0, 3).Select(i => Export(world, (uint)i)).ToList();
            Assert.Null(await world.CallAsync(world.App, TestApp.Nothing, [.. objects.Select(Argument.In)]));
            Assert.All(objects, each => Assert.Equal(1, each.Target.References));
            foreach (var each in objects) each.Dispose();
        }, FaultPlan.Parse($"table:exhaust:value={fitting}"));
    }

    internal static Capability Export(SimulatedWorld world, uint badge) => world.Mink.Export(new ProbeObject(world, badge) { WasExported = true });
}
