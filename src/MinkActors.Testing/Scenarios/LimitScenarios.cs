using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Every bound is reached, refuses with its own code, and is free again afterwards.</summary>
internal static class LimitScenarios
{
    public static Scenario IdsWrap { get; } = new("ids-wrap", "Callback ids run past the last one and begin again, around those still in use", async world =>
    {
        for (var i = 0u; i < 2; i++)
        {
            var key = i * 10;
            _ = world.StartClient($"wrapper-{i}", () => WrapAsync(world, key));
        }
        await WrapAsync(world, 100);
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 4, ChainDepth = 3, FirstCallbackId = 0xFFFF_FFFB } },
    };

    public static Scenario TableFull { get; } = new("table-full", "Ids, secure ids and handles run out and come back", async world =>
    {
        world.MayFail = true;
        await FillTableAsync(world);
        _ = world.StartClient("filler", () => FillTableAsync(world));
        await FillSecureTableAsync(world);
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 4, ChainDepth = 3, CallbackIds = 4, SecureHandles = 5 }, SecureObjects = 6 },
    };

    public static Scenario SlotsExhausted { get; } = new("slots-exhausted", "More calls than slots, more waiting than may wait, fewer secure threads than slots", async world =>
    {
        world.MayFail = true;
        var busy = 0;
        var served = 0;
        var clients = Enumerable.Range(0, 8).Select(i => world.StartClient($"crowd-{i}", async () =>
        {
            var probe = new ProbeObject(world, (uint)i) { WasExported = true };
            using var owned = world.ExportWithFaults(probe);
            using var reply = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(2, 1u), Argument.Out<uint>(), Argument.In(owned));
            if (reply is { IsOk: true } sum)
            {
                served++;
                world.Require(sum.Read<uint>() == 1 + 2 * i, $"Client {i} got {sum.Read<uint>()}");
            }
            else busy++;
        })).ToArray();
        await Task.WhenAll(clients);
        world.Require(served >= 2 || world.Faults.Fired.Count > 0, $"Of 8 calls {served} were served and {busy} refused, with 2 slots");
        await RefusedAsync(world);
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 2, ChainDepth = 2, QueuedInvocations = 4, CallbackRounds = 6, WaitingCallsPerObject = 1 }, SecureThreads = 1 },
    };

    public static Scenario OneObject { get; } = new("one-object", "Many chains call one object, which serves one of them at a time and in order", async world =>
    {
        var running = 0;
        var last = new Dictionary<uint, uint>();
        var probe = new ProbeObject(world, 5)
        {
            WasExported = true,
            Handler = async call =>
            {
                world.Require(++running == 1 || world.Faults.Fired.Count > 0, "Two chains are in one object at once");
                var sender = BitConverter.ToUInt32(call.Input(0));
                var number = BitConverter.ToUInt32(call.Input(0)[4..]);
                world.Require(!last.TryGetValue(sender, out var before) || before < number || world.Faults.Fired.Count > 0, $"Call {number} of client {sender} came after call {before}");
                last[sender] = number;
                await world.YieldAsync();
                if (number % 2 == 0) await world.DelayAsync(TimeSpan.FromMilliseconds(3));
                using var inner = await world.CallAsync(world.App, TestApp.Add, Argument.In(sender, number), Argument.Out<uint>());
                if (inner is { IsOk: true } sum && call.Counts.OutputBuffers > 0) call.Write(0, sum.Read<uint>());
                running--;
                return ResultCode.Ok;
            },
        };
        using var owned = world.ExportWithFaults(probe);
        await Task.WhenAll(Enumerable.Range(1, 4).Select(i => world.StartClient($"caller-{i}", async () =>
        {
            for (var number = 1u; number <= 3; number++)
            {
                using var reply = i % 2 == 0
                    ? await world.CallAsync(owned, 9, Argument.In(BitConverter.GetBytes((ulong)number << 32 | (uint)i)), Argument.Out(4))
                    : await world.CallAsync(world.App, TestApp.CallRaw, Argument.In(9u), Argument.In(BitConverter.GetBytes((ulong)number << 32 | (uint)i)), Argument.Out(4), Argument.In(owned));
                if (reply is { IsOk: true } sum && world.Faults.Fired.Count == 0) world.Require(sum.Read<uint>() == i + number, $"Client {i} got {sum.Read<uint>()} for call {number}");
                else world.Require(reply is { IsOk: true } || world.Faults.Fired.Count > 0, $"Call {number} of client {i} ended {reply?.Code}");
            }
        })));
    });

    private static async Task WrapAsync(SimulatedWorld world, uint key)
    {
        for (var i = 0u; i < 4; i++)
        {
            var probe = new ProbeObject(world, key + i) { WasExported = true };
            using var owned = world.ExportWithFaults(probe);
            if (!await ReferenceScenarios.OkAsync(world, TestApp.Keep, Argument.In(key + i % 2), Argument.In(owned))) continue;
            await ReferenceScenarios.CallKeptAsync(world, key + i % 2, key + i);
        }
    }

    private static async Task FillTableAsync(SimulatedWorld world)
    {
        var refused = 0;
        for (var i = 0u; i < 5; i++)
        {
            var probe = new ProbeObject(world, i) { WasExported = true };
            using var owned = world.ExportWithFaults(probe);
            try
            {
                // Two ids a call: where one is left, none may be taken.
                using var reply = await world.App.InvokeAsync(TestApp.Keep, Argument.In(i), Argument.In(owned), Argument.In(owned));
            }
            catch (MinkTransportException full) when (full.Code == ResultCode.NoSlots)
            {
                refused++;
                world.Require(full.IsRetrySafe && full.Phase == InvocationPhase.Preparing, $"A full table was reported as {full.Message}");
            }
            catch (MinkTransportException) when (world.Faults.Fired.Count > 0)
            {
            }
        }
        await AnswerFullAsync(world);
        world.Require(refused > 0 || world.Faults.Fired.Count > 0, "Ten ids fitted into a table of four");
        for (var i = 0u; i < 5; i++) (await world.CallAsync(world.App, TestApp.Drop, Argument.In(i)))?.Dispose();
    }

    /// <summary>An answer with more objects than there are ids left is BUSY, and they are put (spec/01 section 5, row 25).</summary>
    private static async Task AnswerFullAsync(SimulatedWorld world)
    {
        var giver = new ProbeObject(world, 60)
        {
            WasExported = true,
            Handler = call =>
            {
                for (var i = 0; i < call.Counts.OutputObjects; i++) call.SetOutputObject(i, new ProbeObject(world, 61 + (uint)i) { WasExported = true });
                return new(ResultCode.Ok);
            },
        };
        using var owned = world.ExportWithFaults(giver);
        using var answered = await world.CallAsync(world.App, TestApp.TakeTwo, Argument.In(owned));
        if (answered is { } reply && world.Faults.Fired.Count == 0) world.Require(reply.Code is ResultCode.Ok or ResultCode.Busy, $"An answer for which ids were short was {reply.Code}");
    }

    private static async Task FillSecureTableAsync(SimulatedWorld world)
    {
        for (var round = 0; round < 2; round++)
        {
            var held = new List<Capability>();
            for (var i = 0u; i < 4; i++)
            {
                using var opened = await world.CallAsync(world.App, TestApp.OpenMany, Argument.In(i * 10), Argument.OutObject, Argument.OutObject);
                if (opened is not { IsOk: true } reply) continue;
                held.Add(reply.TakeObject(0)!);
                held.Add(reply.TakeObject(1)!);
            }
            world.Require(held.Count <= 5, $"{held.Count} handles are alive, the limit is 5");
            world.Require(held.Count >= 4 || world.Faults.Fired.Count > 0, $"Only {held.Count} handles fitted where 5 may be");
            foreach (var handle in held) handle.Dispose();
            if (world.Faults.Fired.Count == 0) await world.Mink.DrainReleasesAsync();
        }
    }

    /// <summary>Limits that end a call from inside.</summary>
    private static async Task RefusedAsync(SimulatedWorld world)
    {
        var probe = new ProbeObject(world, 1) { WasExported = true };
        using var owned = world.ExportWithFaults(probe);
        using var within = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(5, 0u), Argument.Out<uint>(), Argument.In(owned));
        if (world.Faults.Fired.Count == 0) world.Require(within is { IsOk: true }, $"Five callbacks ended {within?.Code}, six are the limit");
        using var beyond = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(9, 0u), Argument.Out<uint>(), Argument.In(owned));
        world.Require(beyond is not { IsOk: true }, "Nine callbacks were served, six are the limit");
    }
}
