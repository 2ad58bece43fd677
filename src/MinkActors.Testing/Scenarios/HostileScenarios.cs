using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Peers that keep no rule.</summary>
internal static class HostileScenarios
{
    private const int GuessesMax = 20;

    public static Scenario SecureWorld { get; } = new("hostile-secure-world", "The secure world sends what it likes; the normal world stays in order", async world =>
    {
        world.MayFail = true;
        for (var i = 0u; i < 2; i++)
        {
            var key = i * 10;
            _ = world.StartClient($"victim-{i}", () => SufferAsync(world, key));
        }
        await SufferAsync(world, 100);
        await RefuseAsync(world, 200);
    })
    {
        Shape = new WorldShape
        {
            Limits = new MinkLimits { Slots = 4, ChainDepth = 3, CallbackRounds = 20, InvocationDeadline = TimeSpan.FromMinutes(1), CallbackIds = 40 },
            SecureWorld = (world, context) => new HostileWorld(world, context),
        },
    };

    public static Scenario Client { get; } = new("hostile-client", "A client breaks every rule of the interface; it alone is refused", async world =>
    {
        world.MayFail = true;
        var good = new ProbeObject(world, 4) { WasExported = true };
        using var owned = world.ExportWithFaults(good);
        var others = world.StartClient("neighbour", async () =>
        {
            for (var i = 0u; i < 5; i++)
            {
                using var sum = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(2, i), Argument.Out<uint>(), Argument.In(owned));
                if (sum is { IsOk: true } reply) world.Require(reply.Read<uint>() == i + 8, "A neighbour's call got another's answer");
                else world.Require(world.Faults.Fired.Count > 0, $"A neighbour's call ended {sum?.Code}");
            }
        });
        await MisuseAsync(world, owned);
        await others;
    });

    private static async Task SufferAsync(SimulatedWorld world, uint key)
    {
        for (var i = 0u; i < 4; i++)
        {
            var probe = new ProbeObject(world, key + i) { WasExported = true, Handler = call => Answer(world, call) };
            using var owned = world.Mink.Export(probe);
            using var reply = await world.CallAsync(world.App, i, Argument.In(key, i), Argument.Out(8), Argument.In(owned), Argument.OutObject);
            if (reply is not { IsOk: true } answered) continue;
            world.Require(answered.Output(0).Length <= 8, "More bytes came than were asked for");
            using var got = answered.TakeObject();
            if (got is null) continue;
            using var more = await world.CallAsync(got, 1, Argument.In(owned), Argument.In(got));
        }
        if (world.Choose(2) == 0) await TearAsync(world, key + 5);
    }

    /// <summary>A call that brings an object breaks off behind a callback request that cannot be read: the object is the secure world's all the same.</summary>
    private static async Task TearAsync(SimulatedWorld world, uint key)
    {
        var probe = new ProbeObject(world, key) { WasExported = true };
        using (var owned = world.Mink.Export(probe))
        {
            using var torn = await world.CallAsync(world.App, TornCalls.Tear, Argument.In(key), Argument.In(owned));
            world.Require(torn is null, $"A call that broke off ended {torn?.Code}");
        }
        using var used = await world.CallAsync(world.App, TornCalls.UseTorn, Argument.In(key));
        if (world.Faults.Fired.Count > 0) return;
        // Other calls of this world guess ids, and one of them may be this. They may call it, and they may give it up: then the object
        // has ended, and was told.
        await world.DelayAsync(TimeSpan.FromMilliseconds(1));
        world.Require(used is { IsOk: true } ? probe.Calls >= 1 : probe.Releases == 1, $"An object that came with a call that broke off lives, was called {probe.Calls} times, and answered {used?.Code}");
    }

    /// <summary>A call that brings an object is refused at the start, and another has retained the object's id in the meantime: nothing of it is left.</summary>
    private static async Task RefuseAsync(SimulatedWorld world, uint key)
    {
        var probe = new ProbeObject(world, key) { WasExported = true };
        using var owned = world.Mink.Export(probe);
        var held = world.CallAsync(world.App, TornCalls.Hold, Argument.In(key), Argument.In(owned));
        await world.DelayAsync(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < GuessesMax; i++)
        {
            // Of calls that faults refuse, one comes through.
            using var guess = await world.CallAsync(world.App, TornCalls.Guess, Argument.In(key));
            if (guess is not null) break;
        }
        using var refused = await held;
        world.Require(refused is null, $"A call that was refused ended {refused?.Code}");
    }

    private static ValueTask<ResultCode> Answer(SimulatedWorld world, IncomingCall call)
    {
        if (call.Counts.OutputObjects > 0) call.SetOutputObject(0, new ProbeObject(world, 77) { WasExported = true });
        if (call.Counts.OutputBuffers > 0) world.Require(!call.Output(0).ContainsAnyExcept((byte)0), "Output space was not empty");
        return new(ResultCode.Ok);
    }

    private static async Task MisuseAsync(SimulatedWorld world, Capability owned)
    {
        foreach (var word in (uint[])[0xFFFF, 0xFFFE, 0x1_0000, 0x8000_0000])
        {
            using var refused = await world.CallAsync(world.App, word);
            world.Require(refused is null, $"Method word 0x{word:X} was sent");
        }
        await PointlessAsync(world, () => world.App.InvokeAsync(0xFFFF), ResultCode.Invalid);
        if (world.Secure is { } elsewhere)
        {
            using var foreign = elsewhere.Export(new ProbeObject(world, 8));
            await RefusedAsync(world, async () => (await world.App.InvokeAsync(TestApp.Nothing, Argument.In(foreign))).Dispose());
        }
        var tooMany = Enumerable.Repeat(Argument.In(owned), 16).ToArray();
        await RefusedAsync(world, async () => (await world.App.InvokeAsync(0, tooMany)).Dispose());
        await RefusedAsync(world, async () => (await world.App.InvokeAsync(0, Argument.Out(int.MaxValue), Argument.In(owned))).Dispose());
        using (var many = await world.CallAsync(world.App, TestApp.Nothing, [.. Enumerable.Repeat(Argument.In(owned), 15)]))
            world.Require(many is { IsOk: true } || world.Faults.Fired.Count > 0, $"Fifteen objects of one kind were refused: {many?.Code}");
        var gone = world.Mink.Export(new ProbeObject(world, 9) { WasExported = true });
        gone.Dispose();
        gone.Dispose();
        await RefusedAsync(world, async () => (await gone.InvokeAsync(0)).Dispose());
        await RefusedAsync(world, async () => (await world.App.InvokeAsync(TestApp.Keep, Argument.In(1u), Argument.In(gone))).Dispose());
        await RefusedAsync(world, async () =>
        {
            var started = world.App.Call(TestApp.Add, ArgumentCounts.TryCreate(1, 1, 1, 0, out var counts, out _) ? counts : default).In(5UL).In(owned);
            started.Abandon();
            (await started.SendAsync()).Dispose();
        });
        using var opened = await world.CallAsync(world.App, TestApp.OpenMany, Argument.In(5u), Argument.OutObject, Argument.OutObject);
        if (opened is { IsOk: true } reply)
        {
            var copy = reply;
            using var first = reply.TakeObject();
            copy.Dispose();
            await RefusedAsync(world, () => Task.FromResult(reply.TakeObject(1)));
            await CallScenarios.ReadAsync(world, first!, 5);
        }
        // Let go while the call is under way: the transaction holds what it needs.
        var flying = world.CallAsync(world.App, TestApp.CallGiven, Argument.In(2, 0u), Argument.Out<uint>(), Argument.In(owned));
        using var late = await flying;
    }

    /// <summary>A refusal that a second attempt would meet again says so.</summary>
    internal static async Task PointlessAsync(SimulatedWorld world, Func<ValueTask<Reply>> call, ResultCode code)
    {
        try
        {
            (await call()).Dispose();
            world.Require(false, "A call went through that is never allowed");
        }
        catch (MinkTransportException refusal)
        {
            world.Require(world.Faults.Fired.Count > 0 || refusal.Code == code && !refusal.IsRetrySafe, $"A call that is never allowed was refused as {refusal.Message}, {(refusal.IsRetrySafe ? "safe" : "not safe")} to repeat");
        }
    }

    /// <summary>Any exception that is not a finding is a refusal; no exception is none.</summary>
    private static async Task RefusedAsync(SimulatedWorld world, Func<Task> misuse)
    {
        try
        {
            await misuse();
        }
        catch (Exception refusal) when (refusal is not (InvariantBrokenException or InvariantViolatedException or NullReferenceException or IndexOutOfRangeException))
        {
            return;
        }
        world.Require(false, "A misuse went through");
    }
}
