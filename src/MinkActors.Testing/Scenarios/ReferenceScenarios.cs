using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>References on their way: handed around, let go in masses, mapped.</summary>
internal static class ReferenceScenarios
{
    public static Scenario HandedAround { get; } = new("handed-around", "A capability goes from one client through the secure world to another and back", async world =>
    {
        for (var i = 0u; i < 2; i++)
        {
            var key = i * 10;
            _ = world.StartClient($"owner-{i}", () => HandAroundAsync(world, key));
        }
        await HandAroundAsync(world, 100);
    });

    public static Scenario MemoryOrders { get; } = new("memory-orders", "Memory is shared, mapped several times, and let go in every order", async world =>
    {
        for (var i = 0u; i < 2; i++)
        {
            var key = i * 10;
            _ = world.StartClient($"sharer-{i}", () => ShareAsync(world, 1 + key));
        }
        await ShareAsync(world, 101);
    });

    public static Scenario ReleaseStorm { get; } = new("release-storm", "Many references of both worlds are made, copied, and let go in any order", async world =>
    {
        for (var i = 0u; i < 3; i++)
        {
            var key = i * 1000;
            _ = world.StartClient($"releaser-{i}", () => StormAsync(world, key));
        }
        await StormAsync(world, 10_000);
        if (world.Faults.Fired.Count == 0) await world.Mink.DrainReleasesAsync();
    });

    private static async Task HandAroundAsync(SimulatedWorld world, uint key)
    {
        var kept = new List<Capability>();
        var other = new ProbeObject(world, key + 7);
        var probe = new ProbeObject(world, key + 3)
        {
            WasExported = true,
            Handler = async call =>
            {
                if (call.Operation.Method == ProbeObject.Give && call.Counts.OutputObjects == 1)
                {
                    other.WasExported = true;
                    call.SetOutputObject(0, world.ExportWithFaults(other));
                    return ResultCode.Ok;
                }
                if (call.Counts.InputObjects != 1) return ResultCode.Invalid;
                // Method 10 looks at what is lent, method 11 keeps it.
                if (call.Operation.Method == 11) kept.Add(call.TakeInput(0)!);
                else await CallScenarios.ReadAsync(world, call.InputObject(0)!, key + 50);
                return ResultCode.Ok;
            },
        };
        using (var owned = world.ExportWithFaults(probe))
        {
            if (!await OkAsync(world, TestApp.Keep, Argument.In(key), Argument.In(owned))) return;
            await CallKeptAsync(world, key, key + 3);
            using var back = await TakeAsync(world, TestApp.HandBack, key);
            if (back is not null)
            {
                world.Require(back.Kind == ObjectKind.Callback, $"A callback object came back as {back.Kind}");
                await CallScenarios.ReadAsync(world, back, key + 3);
                await OkAsync(world, TestApp.Keep, Argument.In(key + 1), Argument.In(back));
                await OkAsync(world, TestApp.Keep, Argument.In(key + 2), Argument.In(back));
            }
            await OkAsync(world, TestApp.Drop, Argument.In(key));
            await CallKeptAsync(world, key + 1, key + 3);
            if (await OkAsync(world, TestApp.TakeFrom, Argument.In(key + 4), Argument.In(owned))) await CallKeptAsync(world, key + 4, key + 7);
        }
        await SecureObjectsAsync(world, key);
        await CallKeptAsync(world, key + 2, key + 3);
        foreach (var left in kept)
        {
            await CallScenarios.ReadAsync(world, left, key + 50);
            left.Dispose();
        }
        if (world.Choose(2) == 0) await OkAsync(world, TestApp.Drop, Argument.In(key + 1));
        using var over = await world.CallAsync(world.App, TestApp.HandOver, Argument.In(key + 2), Argument.OutObject);
        world.Require(over is { IsOk: true } || world.Faults.Fired.Count > 0, $"The last reference was not handed over: {over?.Code}");
        using var last = over is { IsOk: true } answered ? answered.TakeObject() : null;
        if (last is not null) await CallScenarios.ReadAsync(world, last, key + 3);
    }

    /// <summary>A secure object as an argument of a callback: lent, kept, and given back to where it came from.</summary>
    private static async Task SecureObjectsAsync(SimulatedWorld world, uint key)
    {
        using var badge = await TakeAsync(world, TestApp.Open, key + 50);
        if (badge is null) return;
        await OkAsync(world, TestApp.PassOn, Argument.In(key + 1), Argument.In(10u), Argument.In(badge));
        await OkAsync(world, TestApp.PassOn, Argument.In(key + 1), Argument.In(11u), Argument.In(badge));
        await OkAsync(world, TestApp.Keep, Argument.In(key + 5), Argument.In(badge));
        await CallKeptAsync(world, key + 5, key + 50);
        if (!await OkAsync(world, TestApp.KeepBadge, Argument.In(key + 6))) return;
        using var first = await TakeAsync(world, TestApp.OpenKept, key + 6);
        using var second = await TakeAsync(world, TestApp.OpenKept, key + 6);
        first?.Dispose();
        if (second is not null) await CallScenarios.ReadAsync(world, second, key + 6);
    }

    private static async Task ShareAsync(SimulatedWorld world, uint key)
    {
        MemoryCapability memory;
        try
        {
            memory = world.Mink.ShareMemory(100 + world.Choose(2) * 5000);
        }
        catch (MinkTransportException) when (world.Faults.Fired.Count > 0)
        {
            return;
        }
        var mapped = new List<uint>();
        for (var i = 0u; i < 3; i++)
        {
            if (!await OkAsync(world, TestApp.Map, Argument.In(key + i), Argument.In(memory))) continue;
            mapped.Add(key + i);
            world.Require(memory.Span[0] == (byte)(key + i) || world.Faults.Fired.Count > 0, "What the secure world wrote is not in the memory");
        }
        var disposeAt = world.Choose(4);
        for (var i = 0; mapped.Count > 0; i++)
        {
            if (i == disposeAt) memory.Dispose();
            await OkAsync(world, TestApp.Touch);
            var index = world.Choose(mapped.Count);
            await OkAsync(world, TestApp.Unmap, Argument.In(mapped[index]));
            mapped.RemoveAt(index);
        }
        if (memory.IsLive)
        {
            memory.Span[0] = 1;
            // A memory object is no object to call.
            using var refused = await world.CallAsync(memory, 3);
            world.Require(refused is not { IsOk: true }, "A memory object answered a call");
        }
        memory.Dispose();
    }

    private static async Task StormAsync(SimulatedWorld world, uint key)
    {
        var held = new List<Capability>();
        for (var round = 0u; round < 6; round++)
        {
            using var opened = await world.CallAsync(world.App, TestApp.OpenMany, Argument.In(key + round), Argument.OutObject, Argument.OutObject, Argument.OutObject);
            if (opened is { IsOk: true } reply)
            {
                for (var i = 0; i < 3; i++) held.Add(reply.TakeObject(i)!);
                if (world.Choose(2) == 1) held.Add(held[^1].Retain());
            }
            var probe = new ProbeObject(world, key + round) { WasExported = true };
            using (var owned = world.ExportWithFaults(probe))
            {
                await OkAsync(world, TestApp.Keep, Argument.In(key + round % 3), Argument.In(owned));
                using var twice = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(2, key), Argument.Out<uint>(), Argument.In(owned));
            }
            while (held.Count > 4)
            {
                var index = world.Choose(held.Count);
                held[index].Dispose();
                held.RemoveAt(index);
            }
            if (world.Faults.Pass(FaultPoint.Client) is not null) break;
        }
        foreach (var left in held) left.Dispose();
    }

    public static async Task<bool> OkAsync(SimulatedWorld world, uint method, params Argument[] arguments)
    {
        using var reply = await world.CallAsync(world.App, method, arguments);
        var isOk = reply is { IsOk: true };
        world.Require(isOk || world.Faults.Fired.Count > 0 || world.MayFail, $"Method {method} of the application ended {reply?.Code}");
        return isOk;
    }

    public static async Task CallKeptAsync(SimulatedWorld world, uint key, uint badge)
    {
        using var reply = await world.CallAsync(world.App, TestApp.CallKept, Argument.In(key, 1u), Argument.Out<uint>());
        world.Require(reply is { IsOk: true } || world.Faults.Fired.Count > 0 || world.MayFail, $"The object kept under {key} could not be called: {reply?.Code}");
        if (reply is { IsOk: true } answered) world.Require(answered.Read<uint>() == badge + 1, $"The object kept under {key} is not {badge}: it answered {answered.Read<uint>()}");
    }

    public static async Task<Capability?> TakeAsync(SimulatedWorld world, uint method, uint key)
    {
        using var reply = await world.CallAsync(world.App, method, Argument.In(key), Argument.OutObject);
        return reply is { IsOk: true } answered ? answered.TakeObject() : null;
    }
}
