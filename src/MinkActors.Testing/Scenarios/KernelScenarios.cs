using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>What the primordial object does for the secure world, and the release queue for everybody.</summary>
internal static class KernelScenarios
{
    public static Scenario Primordial { get; } = new("primordial", "Memory is mapped whole and only memory is; sleeps end with their callers; an extension serves what the kernel does not know", async world =>
    {
        _ = world.StartClient("mapper", () => MapAsync(world, 10));
        await MapAsync(world, 500);
        await ExtendAsync(world);
        await SleepAsync(world);
    });

    public static Scenario ReleaseOrder { get; } = new("release-order", "What one client lets go of in a row is released in that order, and a drain ends when all of it is", async world =>
    {
        var opened = new List<Capability>();
        for (var i = 0u; i < 6; i++)
        {
            using var reply = await world.CallAsync(world.App, TestApp.OpenNamed, Argument.In(i), Argument.OutObject);
            if (reply is { IsOk: true } answered) opened.Add(answered.TakeObject()!);
        }
        var count = opened.Count;
        foreach (var each in opened) each.Dispose();
        world.Require(world.Mink.GetLiveReferences().PendingReleases == count, $"{count} references were let go, {world.Mink.GetLiveReferences().PendingReleases} releases are pending");
        await world.Mink.DrainReleasesAsync();
        world.Require(world.Mink.GetLiveReferences().PendingReleases == 0, "A drain ended while releases are pending");
        if (world.Faults.Fired.Count > 0) return;
        world.Require(world.SecureEnds.Count == count, $"{world.SecureEnds.Count} of {count} objects had ended when the drain did");
        world.Require(world.SecureEnds.SequenceEqual(world.SecureEnds.Order()), $"Objects let go in order ended as {string.Join(", ", world.SecureEnds)}");
    });

    private static async Task MapAsync(SimulatedWorld world, uint key)
    {
        MemoryCapability memory;
        try
        {
            memory = world.Mink.ShareMemory(3 * 4096 - 5);
        }
        catch (MinkTransportException) when (world.Faults.Fired.Count > 0)
        {
            return;
        }
        using (memory)
        {
            world.Require(memory.Size == 3 * 4096, $"Shared memory of {3 * 4096 - 5} bytes has {memory.Size}");
            if (await ReferenceScenarios.OkAsync(world, TestApp.Map, Argument.In(key), Argument.In(memory)) && await ReferenceScenarios.OkAsync(world, TestApp.WriteAll, Argument.In(key)))
                world.Require(memory.Span[^1] == (byte)key || world.Faults.Fired.Count > 0, "The last byte of a mapping is not the memory's");
            await ReferenceScenarios.OkAsync(world, TestApp.Unmap, Argument.In(key));
        }
        using var probe = world.Mink.Export(new ProbeObject(world, key) { WasExported = true });
        using var other = await world.CallAsync(world.App, TestApp.MapOther, Argument.In(probe));
        world.Require(other is not { IsOk: true }, "An object that is no memory was mapped");
        using var nothing = await world.CallAsync(world.App, TestApp.MapOther, Argument.In((Capability?)null));
        world.Require(nothing is not { IsOk: true }, "The null object was mapped");
    }

    private static async Task ExtendAsync(SimulatedWorld world)
    {
        using var probe = world.Mink.Export(new ProbeObject(world, 70) { WasExported = true });
        async Task<ResultCode?> AskAsync() => (await world.CallAsync(world.App, TestApp.Primordials, Argument.In(40u), Argument.In(new byte[4]), Argument.In(probe)))?.Code;
        var before = await AskAsync();
        if (world.Faults.Fired.Count == 0) world.Require(before == ResultCode.Unavailable, $"An operation that the primordial object does not know was answered {before}");
        var extension = new ProbeObject(world, 71) { WasExported = true, Handler = call => new(call is { Operation.Method: 40, Counts.InputObjects: 2 } ? (ResultCode)55 : ResultCode.Invalid) };
        await using (await world.Mink.ExtendPrimordialAsync(extension))
        {
            var during = await AskAsync();
            if (world.Faults.Fired.Count == 0) world.Require(during == (ResultCode)55, $"The extension was asked and {during} came back");
            try
            {
                await using var second = await world.Mink.ExtendPrimordialAsync(new ProbeObject(world, 72));
                world.Require(false, "A second extension displaced the first");
            }
            catch (InvalidOperationException)
            {
            }
        }
        var behind = await AskAsync();
        if (world.Faults.Fired.Count == 0) world.Require(behind == ResultCode.Unavailable, $"The extension was taken away and {behind} came back");
    }

    private static async Task SleepAsync(SimulatedWorld world)
    {
        using var gone = new CancellationTokenSource();
        var start = world.Actors.Elapsed;
        var sleeping = world.CallAsync(world.App, TestApp.Sleep, new CallOptions { CancellationToken = gone.Token }, Argument.In(20_000u));
        await world.DelayAsync(TimeSpan.FromMilliseconds(50 * world.Choose(3)));
        gone.Cancel();
        using var cut = await sleeping;
        // The secure world's thread is free again as well: the sleep has ended with its caller.
        using var next = await world.CallAsync(world.App, TestApp.Nothing);
        if (world.Faults.Fired.Count == 0) world.Require(world.Actors.Elapsed - start < TimeSpan.FromSeconds(1) && world.ThreadsInUse <= 1, "A sleep went on without its caller");
    }
}
