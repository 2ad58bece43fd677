using MinkActors.Protocol;

namespace MinkActors.Testing.Tests.Catalogue;

/// <summary>Rows of spec/11 about callbacks: who is called, with what, and who owns it afterwards.</summary>
public sealed class CallbackRows
{
    private const ulong Seeds = 6;

    [Fact]
    public void D63_Given_a_reply_at_each_step_of_the_wait_When_every_schedule_is_run_Then_the_caller_always_goes_on()
    {
        var result = SimulationCampaign.Run(new CampaignOptions
        {
            OwnScenarios = [new Scenario("one-callback", "One callback", async world =>
            {
                using var owned = FailedCallRows.Export(world, 3);
                using var sum = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(1, 5u), Argument.Out<uint>(), Argument.In(owned));
                world.Require(sum is { IsOk: true } && sum.Value.Read<uint>() == 8, "The callback's answer is lost");
            })],
            Strategy = "exhaustive",
            Depth = 14,
            Faults = "none",
            Budget = TimeSpan.FromMinutes(2),
        });

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
        Assert.True(result.Runs > 1);
    }

    [Fact]
    public async Task D68_Given_no_memory_left_When_the_secure_world_gives_an_id_up_Then_its_object_is_told_exactly_once()
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            ProbeObject? probe = null;
            await Mink.SimulateAsync(seed, async world =>
            {
                probe = new ProbeObject(world, 3) { WasExported = true };
                using (var owned = world.Mink.Export(probe))
                    (await world.CallAsync(world.App, TestApp.Keep, Argument.In(1u), Argument.In(owned)))!.Value.Dispose();
                (await world.CallAsync(world.App, TestApp.Drop, Argument.In(1u)))?.Dispose();
            }, FaultPlan.Parse("buffer:exhaust:at=3"));
            Assert.Equal(1, probe!.Releases);
        }
    }

    [Fact]
    public async Task D89_Given_a_callback_of_sixty_arguments_and_three_thousand_bytes_When_it_comes_Then_it_is_served_or_refused_and_the_next_is_served()
    {
        await Mink.SimulateAsync(1, async world =>
        {
            using var owned = FailedCallRows.Export(world, 3);
            var arguments = new List<Argument> { Argument.In(owned) };
            for (var i = 0; i < 15; i++) arguments.Add(Argument.In(new byte[200]));
            for (var i = 0; i < 15; i++) arguments.Add(Argument.Out(8));
            for (var i = 0; i < 14; i++) arguments.Add(Argument.In((Capability?)null));
            for (var i = 0; i < 15; i++) arguments.Add(Argument.OutObject);
            using var large = await world.CallAsync(world.App, TestApp.Relay, [.. arguments]);
            world.Require(large is not null, "The call with a large callback did not come back");
            using var next = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(1, 5u), Argument.Out<uint>(), Argument.In(owned));
            world.Require(next is { IsOk: true }, $"The callback behind it ended {next?.Code}");
        });
    }

    [Fact]
    public async Task D92_Given_an_object_that_knows_one_operation_When_the_secure_world_releases_it_Then_it_is_told_once()
    {
        ProbeObject? probe = null;
        await Mink.SimulateAsync(2, async world =>
        {
            probe = new ProbeObject(world, 3) { WasExported = true };
            using (var owned = world.Mink.Export(new OnlyAdd(probe)))
                (await world.CallAsync(world.App, TestApp.Keep, Argument.In(1u), Argument.In(owned)))!.Value.Dispose();
            (await world.CallAsync(world.App, TestApp.Drop, Argument.In(1u)))!.Value.Dispose();
        });
        Assert.Equal(1, probe!.Releases);
    }

    [Fact]
    public async Task D93_Given_an_unsupported_operation_with_secure_inputs_When_answered_Then_each_is_released()
    {
        await Mink.SimulateAsync(3, async world =>
        {
            using var owned = world.Mink.Export(new OnlyAdd(new ProbeObject(world, 3)));
            using var opened = await world.CallAsync(world.App, TestApp.Open, Argument.In(9u), Argument.OutObject);
            using var badge = opened!.Value.TakeObject()!;
            using var refused = await world.CallAsync(world.App, TestApp.CallFully, Argument.In(50u), Argument.In(8UL), Argument.Out(8), Argument.In(owned), Argument.In(badge), Argument.OutObject);
            world.Require(refused is { Code: ResultCode.Invalid }, $"An unsupported operation was answered {refused?.Code}");
        });
    }

    [Fact]
    public async Task D96_Given_an_answer_with_two_objects_that_finds_no_ids_When_it_fails_Then_both_are_put()
    {
        var probes = new List<ProbeObject>();
        await Mink.SimulateAsync(4, async world =>
        {
            world.MayFail = true;
            using var owned = world.Mink.Export(new ProbeObject(world, 3)
            {
                WasExported = true,
                Handler = call =>
                {
                    for (var i = 0; i < call.Counts.OutputObjects; i++)
                    {
                        probes.Add(new ProbeObject(world, 10 + (uint)i) { WasExported = true });
                        call.SetOutputObject(i, probes[^1]);
                    }
                    return new(ResultCode.Ok);
                },
            });
            using var full = await world.CallAsync(world.App, TestApp.TakeTwo, Argument.In(owned));
            world.Require(full is { Code: ResultCode.Busy }, $"A full table was answered {full?.Code}");
        }, shape: new WorldShape { Limits = new MinkLimits { Slots = 2, ChainDepth = 1, CallbackIds = 2 } });
        Assert.Equal([1, 1], probes.Select(probe => probe.Releases));
    }

    [Fact]
    public async Task D100_Given_callbacks_with_three_no_and_one_output_on_one_object_When_interleaved_Then_each_reply_holds_its_own_bytes()
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            await Mink.SimulateAsync(seed, async world =>
            {
                using var owned = FailedCallRows.Export(world, 3);
                await Task.WhenAll(Enumerable.Range(0, 3).Select(i => world.StartClient($"caller-{i}", async () =>
                {
                    foreach (var outputs in (int[])[3, 0, 1])
                    {
                        var arguments = new List<Argument>();
                        for (var at = 0; at < 3; at++) arguments.Add(Argument.In(Enumerable.Repeat((byte)(1 + i * 16 + at), 10 + i).ToArray()));
                        for (var at = 0; at < outputs; at++) arguments.Add(Argument.Out(16));
                        using var reply = await world.CallAsync(world.App, TestApp.Relay, [Argument.In(owned), .. arguments]);
                        await Mirror.CheckAsync(world, reply, [.. arguments], "A callback", (_, _) => Task.CompletedTask);
                    }
                })));
            });
        }
    }

    [Fact]
    public async Task D101_Given_many_callbacks_that_fail_with_outputs_When_at_rest_Then_every_buffer_is_back()
    {
        await Mink.SimulateAsync(5, async world =>
        {
            using var owned = FailedCallRows.Export(world, 3);
            for (var i = 0; i < 60; i++)
            {
                using var failed = await world.CallAsync(world.App, TestApp.CallRaw, Argument.In(ProbeObject.Fail), Argument.In(BitConverter.GetBytes(11)), Argument.Out(64), Argument.In(owned));
                world.Require(failed is { Code: (ResultCode)11 }, $"A failing callback was answered {failed?.Code}");
            }
        });
    }

    [Fact]
    public async Task D103_Given_a_callback_that_creates_an_object_and_returns_it_When_the_secure_world_releases_it_Then_release_runs()
    {
        ProbeObject? made = null;
        await Mink.SimulateAsync(6, async world =>
        {
            using var owned = world.Mink.Export(new ProbeObject(world, 3)
            {
                WasExported = true,
                Handler = call =>
                {
                    call.SetOutputObject(0, made = new ProbeObject(world, 10) { WasExported = true });
                    return new(ResultCode.Ok);
                },
            });
            (await world.CallAsync(world.App, TestApp.TakeFrom, Argument.In(1u), Argument.In(owned)))!.Value.Dispose();
            Assert.Equal(0, made!.Releases);
            (await world.CallAsync(world.App, TestApp.Drop, Argument.In(1u)))!.Value.Dispose();
        });
        Assert.Equal(1, made!.Releases);
    }

    [Fact]
    public async Task D104_Given_a_clients_object_that_comes_back_to_it_When_it_lets_that_go_Then_the_secure_world_can_still_call_it()
    {
        ProbeObject? probe = null;
        await Mink.SimulateAsync(7, async world =>
        {
            probe = new ProbeObject(world, 3) { WasExported = true };
            using (var owned = world.Mink.Export(probe))
                (await world.CallAsync(world.App, TestApp.Keep, Argument.In(1u), Argument.In(owned)))!.Value.Dispose();
            using (var back = await world.CallAsync(world.App, TestApp.HandBack, Argument.In(1u), Argument.OutObject)) back!.Value.TakeObject()!.Dispose();
            using var called = await world.CallAsync(world.App, TestApp.CallKept, Argument.In(1u, 1u), Argument.Out<uint>());
            world.Require(called is { IsOk: true }, "The secure world cannot call it any more");
            Assert.Equal(0, probe.Releases);
        });
        Assert.Equal(1, probe!.Releases);
    }

    private sealed class OnlyAdd(ProbeObject inner) : IMinkObject, IOperationFilter, IReplyNotified
    {
        public bool Supports(Operation operation) => operation.Method == ProbeObject.Add;

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => inner.InvokeAsync(call);

        public void Released() => inner.Released();

        public void ReplyDelivered(bool received) => inner.ReplyDelivered(received);
    }
}
