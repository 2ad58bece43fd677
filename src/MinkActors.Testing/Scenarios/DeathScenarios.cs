using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Somebody dies, at each step in turn.</summary>
internal static class DeathScenarios
{
    private const int Steps = 60;

    public static Scenario ClientDies { get; } = new("client-dies", "A client cancels everything and lets go at some step, while others go on", async world =>
    {
        using var death = new CancellationTokenSource();
        var victim = world.StartClient("victim", () => LiveAsync(world, death.Token, 10));
        var after = world.Choose(Steps);
        var killer = world.StartClient("killer", async () =>
        {
            for (var i = 0; i < after; i++) await world.YieldAsync();
            death.Cancel();    // in this turn: CancelAsync would leave the simulation's thread
        });
        await LiveAsync(world, default, 500);
        await Task.WhenAll(victim, killer);
        // What one client's death leaves behind is nobody else's trouble.
        if (world.Faults.Fired.Count == 0) await LiveAsync(world, default, 900);
    });

    public static Scenario ApplicationDies { get; } = new("app-dies", "The trusted application is unloaded at some step; its objects are defunct, a new one serves", async world =>
    {
        world.MayFail = true;
        var after = world.Choose(Steps);
        var killer = world.StartClient("killer", async () =>
        {
            for (var i = 0; i < after; i++) await world.YieldAsync();
            world.Application!.Die();
        });
        await LiveAsync(world, default, 10);
        await killer;
        using var opened = await world.CallAsync(world.App, TestApp.Open, Argument.In(3u), Argument.OutObject);
        if (opened is not { IsOk: true } reply) return;
        using var old = reply.TakeObject()!;
        world.Application!.Die();
        using var dead = await world.CallAsync(old, ProbeObject.Add, Argument.In(1u), Argument.Out<uint>());
        world.Require(dead is not { IsOk: true }, "An object of a dead application answered");
        if (world.Faults.Fired.Count == 0) world.Require(dead is { Code: ResultCode.Defunct }, $"An object of a dead application answered {dead?.Code}");
    });

    public static Scenario Deadlines { get; } = new("deadlines", "Callers, callbacks and sleeps that run out of time, and answers that come too late", async world =>
    {
        world.MayFail = true;
        var slow = new ProbeObject(world, 1)
        {
            WasExported = true,
            Handler = async call =>
            {
                await world.DelayAsync(TimeSpan.FromMilliseconds(BitConverter.ToUInt32(call.Input(0))));
                if (call.Counts.OutputBuffers > 0) call.Write(0, call.Input(0)[..Math.Min(4, call.OutputCapacity(0))]);
                return ResultCode.Ok;
            },
        };
        using var owned = world.ExportWithFaults(slow);
        var late = Enumerable.Range(0, 2).Select(i => world.StartClient($"late-{i}", () => LateAsync(world, owned))).ToArray();
        await LateAsync(world, owned);
        await Task.WhenAll(late);
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 3, ChainDepth = 2, CallbackDeadline = TimeSpan.FromMilliseconds(200), SleepMax = TimeSpan.FromMilliseconds(500) } },
    };

    public static Scenario Cancelled { get; } = new("cancelled", "Calls of every kind are cancelled at every step: the wait ends at that moment, and nothing is lost", async world =>
    {
        world.MayFail = true;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => world.StartClient($"hasty-{i}", () => HurryAsync(world, (uint)i * 10))));
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 2, ChainDepth = 1 } },
    };

    private static async Task HurryAsync(SimulatedWorld world, uint key)
    {
        var slow = new ProbeObject(world, key)
        {
            WasExported = true,
            Handler = async call =>
            {
                await world.DelayAsync(TimeSpan.FromMilliseconds(20));
                return ResultCode.Ok;
            },
        };
        using var owned = world.ExportWithFaults(slow);
        for (var round = 0; round < 6; round++)
        {
            using var gone = new CancellationTokenSource();
            var options = new CallOptions { CancellationToken = gone.Token };
            var call = world.Choose(4) switch
            {
                0 => world.CallAsync(world.App, TestApp.CallRaw, options, Argument.In(9u), Argument.In(new byte[4]), Argument.Out(4), Argument.In(owned)),
                1 => world.CallAsync(world.App, TestApp.Sleep, options, Argument.In(20u)),
                2 => world.CallAsync(owned, 9, options, Argument.In(4u), Argument.Out(4)),
                _ => world.CallAsync(world.App, TestApp.TakeFrom, options, Argument.In(key), Argument.In(owned)),
            };
            for (var step = world.Choose(16); step > 0; step--) await world.YieldAsync();
            gone.Cancel();
            (await call)?.Dispose();
        }
        (await world.CallAsync(world.App, TestApp.Drop, Argument.In(key)))?.Dispose();
        using var sum = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(1, key), Argument.Out<uint>(), Argument.In(owned));
        if (sum is { IsOk: true } answered) world.Require(answered.Read<uint>() == key * 2, "A call behind cancelled ones got another's answer");
        else world.Require(world.Faults.Fired.Count > 0 || sum is { Code: ResultCode.Defunct }, $"A call behind cancelled ones ended {sum?.Code}");
    }

    private static async Task LiveAsync(SimulatedWorld world, CancellationToken death, uint key)
    {
        var options = new CallOptions { CancellationToken = death };
        var probe = new ProbeObject(world, key) { WasExported = true };
        var mayBeCut = death.CanBeCanceled;
        if (mayBeCut) world.MayFail = true;
        using var owned = world.ExportWithFaults(probe);
        using var kept = await world.CallAsync(world.App, TestApp.Keep, options, Argument.In(key), Argument.In(owned));
        using var called = await world.CallAsync(world.App, TestApp.CallGiven, options, Argument.In(3, key), Argument.Out<uint>(), Argument.In(owned));
        if (called is { IsOk: true } sum) world.Require(sum.Read<uint>() == key * 4, $"Three callbacks made {sum.Read<uint>()} of {key}");
        using var opened = await world.CallAsync(world.App, TestApp.OpenMany, options, Argument.In(key), Argument.OutObject, Argument.OutObject);
        if (opened is { IsOk: true } reply)
        {
            using var first = reply.TakeObject(1)!;
            using var read = await world.CallAsync(first, ProbeObject.Add, options, Argument.In(5u), Argument.Out<uint>());
            if (read is { IsOk: true } number) world.Require(number.Read<uint>() == key + 6, $"Object {key + 1} answered {number.Read<uint>()}");
        }
        using var slept = await world.CallAsync(world.App, TestApp.Sleep, options, Argument.In(5u));
        if (!mayBeCut && !world.MayFail && world.Faults.Fired.Count == 0) world.Require(slept is { IsOk: true }, $"A sleep ended {slept?.Code}");
        using var memory = Share(world);
        if (memory is not null)
        {
            using var mapped = await world.CallAsync(world.App, TestApp.Map, options, Argument.In(key), Argument.In(memory));
            using var unmapped = await world.CallAsync(world.App, TestApp.Unmap, options, Argument.In(key));
        }
        using var dropped = await world.CallAsync(world.App, TestApp.Drop, options, Argument.In(key));
    }

    private static MemoryCapability? Share(SimulatedWorld world)
    {
        try
        {
            return world.Mink.ShareMemory(1);
        }
        catch (MinkTransportException) when (world.Faults.Fired.Count > 0)
        {
            return null;
        }
    }

    private static async Task LateAsync(SimulatedWorld world, Capability slow)
    {
        uint[] times = [0, 5, 50, 150, 1_000];
        for (var i = 0; i < 4; i++)
        {
            var callee = times[world.Choose(times.Length)];
            var caller = times[1 + world.Choose(times.Length - 1)];
            var start = world.Actors.Elapsed;
            var options = new CallOptions { Deadline = TimeSpan.FromMilliseconds(caller) };
            using var raw = await world.CallAsync(world.App, TestApp.CallRaw, options, Argument.In(9u), Argument.In(BitConverter.GetBytes(callee)), Argument.Out(4), Argument.In(slow));
            var took = (world.Actors.Elapsed - start).TotalMilliseconds;
            world.Require(took <= caller, $"A caller waited {took} ms, its deadline was {caller} ms");
            if (raw is { IsOk: true } reply) world.Require(reply.Read<uint>() == callee, $"The answer of a call of {callee} ms is another's: {reply.Read<uint>()}");
            if (raw is { IsOk: true }) world.Require(took >= callee && callee < 200, $"A callback of {callee} ms was answered after {took} ms");
            using var local = await world.CallAsync(slow, 9, options, Argument.In(callee), Argument.Out(4));
            if (local is { IsOk: true } own) world.Require(own.Read<uint>() == callee, "A local answer is another call's");
        }
        await SleepAsync(world);
    }

    private static async Task SleepAsync(SimulatedWorld world)
    {
        var start = world.Actors.Elapsed;
        using var slept = await world.CallAsync(world.App, TestApp.Sleep, Argument.In(100u));
        if (slept is { IsOk: true }) world.Require((world.Actors.Elapsed - start).TotalMilliseconds >= 100, "A sleep of 100 ms ended early");
        else world.Require(world.Faults.Fired.Count > 0, $"A sleep of 100 ms ended {slept?.Code}");
        using var tooLong = await world.CallAsync(world.App, TestApp.Sleep, Argument.In(501u));
        world.Require(tooLong is not { IsOk: true }, "A sleep longer than the limit was slept");
        using var yielded = await world.CallAsync(world.App, TestApp.Yield);
        world.Require(yielded is { IsOk: true } || world.Faults.Fired.Count > 0, $"A yield ended {yielded?.Code}");
    }
}
