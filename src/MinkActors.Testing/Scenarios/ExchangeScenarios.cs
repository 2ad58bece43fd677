using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Arguments of every kind, number and size, through every door: what comes out is what went in.</summary>
internal static class ExchangeScenarios
{
    public static Scenario Exchange { get; } = new("exchange", "Arguments of all kinds and sizes are mirrored by the secure world, by callback objects, and by local ones", async world =>
    {
        for (var i = 0u; i < 2; i++)
        {
            var key = i * 100;
            _ = world.StartClient($"exchanger-{i}", () => ExchangeAsync(world, key));
        }
        await ExchangeAsync(world, 1000);
    });

    public static Scenario Holders { get; } = new("three-holders", "A capability goes from client to application to another application to another client's object, and its holders drop out in any order", async world =>
    {
        _ = world.StartClient("holder", () => HandOnAsync(world, 10));
        await HandOnAsync(world, 500);
    });

    private static async Task ExchangeAsync(SimulatedWorld world, uint key)
    {
        var probe = new ProbeObject(world, key) { WasExported = true };
        using var callback = world.ExportWithFaults(probe);
        using var secure = await ReferenceScenarios.TakeAsync(world, TestApp.Open, key + 1);
        Capability?[] objects = [callback, null, secure, callback];
        Task IsSame(int index, Capability got) => CallScenarios.ReadAsync(world, got, objects[index % 4] == secure ? key + 1 : key);
        for (var round = 0; round < 3; round++)
        {
            var lent = objects[..world.Choose(5)];
            var arguments = Mirror.Draw(world, lent, 4, 1000);
            using (var direct = await world.CallAsync(world.App, TestApp.Reflect, arguments)) await Mirror.CheckAsync(world, direct, arguments, "The secure world's mirror", IsSame);
            // Objects that a mirror is lent come from where they are held: a local mirror's too.
            var plain = Mirror.Draw(world, lent, 4, 1000);
            using (var local = await world.CallAsync(callback, ProbeObject.Reflect, plain)) await Mirror.CheckAsync(world, local, plain, "A local mirror", IsSame);
            var through = Mirror.Draw(world, lent, 3, 256);
            using var relayed = await world.CallAsync(world.App, TestApp.Relay, [Argument.In(callback), .. through]);
            await Mirror.CheckAsync(world, relayed, through, "A callback's mirror", IsSame);
        }
        await FullAsync(world, callback, key);
        using var both = await world.CallAsync(world.App, TestApp.CallBoth, Argument.In(key + 5), Argument.Out<ulong>(), Argument.In(callback), Argument.In(callback));
        if (both is { IsOk: true } sums) world.Require(sums.Read<ulong>() == (((ulong)((key + 5) * 2 + key) << 32) | (key + 5 + key)), $"Two callbacks at once answered 0x{sums.Read<ulong>():X}");
        else world.Require(world.Faults.Fired.Count > 0, $"Two callbacks at once ended {both?.Code}");
    }

    /// <summary>Fifteen of each kind, and a message of many pages.</summary>
    private static async Task FullAsync(SimulatedWorld world, Capability callback, uint key)
    {
        var full = new List<Argument>();
        for (var i = 0; i < 15; i++) full.Add(Argument.In(Enumerable.Range(i, i + 1).Select(value => (byte)(value + 1)).ToArray()));
        for (var i = 0; i < 15; i++) full.Add(Argument.Out(4 * (i + 1)));
        for (var i = 0; i < 15; i++) full.Add(Argument.In(i % 3 == 2 ? null : callback));
        for (var i = 0; i < 15; i++) full.Add(Argument.OutObject);
        var arguments = full.ToArray();
        using (var reply = await world.CallAsync(world.App, TestApp.Reflect, arguments)) await Mirror.CheckAsync(world, reply, arguments, "Fifteen of each kind", (_, got) => CallScenarios.ReadAsync(world, got, key));
        var large = new byte[70_000 + world.Choose(3) * 4096];
        for (var i = 0; i < large.Length; i++) large[i] = (byte)(i * 31 + 7 | 1);
        Argument[] pages = [Argument.In(large), Argument.Out(large.Length)];
        using var echoed = await world.CallAsync(world.App, TestApp.Reflect, pages);
        await Mirror.CheckAsync(world, echoed, pages, "A message of many pages", (_, _) => Task.CompletedTask);
    }

    private static async Task HandOnAsync(SimulatedWorld world, uint key)
    {
        using var peer = await ReferenceScenarios.TakeAsync(world, TestApp.OpenPeer, key);
        if (peer is null) return;
        Capability? kept = null;
        var probe = new ProbeObject(world, key + 3) { WasExported = true };
        var other = new ProbeObject(world, key + 4)
        {
            WasExported = true,
            Handler = call =>
            {
                if (call.Counts.InputObjects != 1) return new(ResultCode.Invalid);
                kept?.Dispose();
                kept = call.TakeInput(0);
                return new(ResultCode.Ok);
            },
        };
        using var last = world.ExportWithFaults(other);
        using (var first = world.ExportWithFaults(probe))
        {
            if (!await ReferenceScenarios.OkAsync(world, TestApp.Keep, Argument.In(key), Argument.In(first))) return;
        }
        // From the application to its peer, then each of them may be the first to let go.
        if (!await ReferenceScenarios.OkAsync(world, TestApp.GiveTo, Argument.In(key), Argument.In(peer))) return;
        if (world.Choose(2) == 0) await ReferenceScenarios.OkAsync(world, TestApp.Drop, Argument.In(key));
        await CallAsync(world, peer, key, key + 3);
        using (var passed = await world.CallAsync(peer, TestApp.Keep, Argument.In(key + 1), Argument.In(last)))
            world.Require(passed is { IsOk: true } || world.Faults.Fired.Count > 0, $"The peer kept nothing: {passed?.Code}");
        using (var back = await world.CallAsync(peer, TestApp.HandBack, Argument.In(key), Argument.OutObject))
        {
            using var mine = back is { IsOk: true } reply ? reply.TakeObject() : null;
            if (mine is not null)
            {
                await CallScenarios.ReadAsync(world, mine, key + 3);
                using var given = await world.CallAsync(peer, TestApp.PassOn, Argument.In(key + 1), Argument.In(9u), Argument.In(mine));
            }
        }
        if (world.Choose(2) == 0) (await world.CallAsync(peer, TestApp.Drop, Argument.In(key)))?.Dispose();
        if (kept is not null) await CallScenarios.ReadAsync(world, kept, key + 3);
        kept?.Dispose();
        (await world.CallAsync(peer, TestApp.Drop, Argument.In(key + 1)))?.Dispose();
        (await world.CallAsync(peer, TestApp.Drop, Argument.In(key)))?.Dispose();
    }

    private static async Task CallAsync(SimulatedWorld world, Capability peer, uint key, uint badge)
    {
        using var reply = await world.CallAsync(peer, TestApp.CallKept, Argument.In(key, 1u), Argument.Out<uint>());
        world.Require(reply is { IsOk: true } || world.Faults.Fired.Count > 0, $"What the peer keeps under {key} could not be called: {reply?.Code}");
        if (reply is { IsOk: true } answered) world.Require(answered.Read<uint>() == badge + 1, $"What the peer keeps under {key} is not {badge}: it answered {answered.Read<uint>()}");
    }
}
