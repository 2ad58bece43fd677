using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>The system stops while everything is under way.</summary>
internal static class StopScenarios
{
    private const int Steps = 80;
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);

    public static Scenario Stop { get; } = new("stop", "The system stops at some step: whoever waits is told, what is queued is sent, and nothing runs behind it", async world =>
    {
        world.MayFail = true;
        var clients = Enumerable.Range(0, 3).Select(i => world.StartClient($"worker-{i}", () => WorkAsync(world, (uint)i * 10))).ToArray();
        var after = world.Choose(Steps);
        for (var i = 0; i < after; i++) await world.YieldAsync();
        var took = await world.StopAsync();
        world.Require(took <= StopDeadline, $"A stop took {took.TotalMilliseconds} ms, its limit is {StopDeadline.TotalMilliseconds} ms");
        var stopped = world.Actors.Elapsed;
        await Task.WhenAll(clients);
        if (world.Faults.Fired.Count == 0) world.Require(world.Actors.Elapsed == stopped, $"A client still waited {(world.Actors.Elapsed - stopped).TotalMilliseconds} ms after the stop");
        using var refused = await world.CallAsync(world.App, TestApp.Nothing);
        world.Require(refused is null, "A call went through after the stop");
        world.Require(world.Mink.GetLiveReferences().HeldBySecureWorld.Count == 0, "The object table has ids after the stop");
        var after2 = world.Mink.Export(new ProbeObject(world, 900));
        using var local = await world.CallAsync(after2, ProbeObject.Add, Argument.In(1u), Argument.Out<uint>());
        world.Require(local is null, "A local call went through after the stop");
        after2.Dispose();
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 3, ChainDepth = 2, StopDeadline = StopDeadline } },
    };

    private static async Task WorkAsync(SimulatedWorld world, uint key)
    {
        var held = new List<Capability>();
        var probe = new ProbeObject(world, key)
        {
            WasExported = true,
            Handler = async call =>
            {
                if (call.Operation.Method == ProbeObject.Nest) return ResultCode.Ok;
                // Half of the callbacks are under way when the stop comes.
                await Task.Delay(TimeSpan.FromSeconds(key % 20 == 0 ? 0 : 2), world.Actors.Time, call.Cancellation);
                return ResultCode.Ok;
            },
        };
        using var owned = world.ExportWithFaults(probe);
        for (var i = 0u; i < 4 && !world.HasStopped; i++)
        {
            using var kept = await world.CallAsync(world.App, TestApp.Keep, Argument.In(key), Argument.In(owned));
            using var opened = await world.CallAsync(world.App, TestApp.OpenMany, Argument.In(key), Argument.OutObject, Argument.OutObject);
            if (opened is { IsOk: true } reply) held.Add(reply.TakeObject(0)!);
            if (held.Count > 1)
            {
                held[0].Dispose();
                held.RemoveAt(0);
            }
            using var called = await world.CallAsync(world.App, TestApp.CallRaw, Argument.In(9u), Argument.In(new byte[4]), Argument.Out(4), Argument.In(owned));
            using var slept = await world.CallAsync(world.App, TestApp.Sleep, Argument.In(300u));
        }
        foreach (var left in held) left.Dispose();
    }
}
