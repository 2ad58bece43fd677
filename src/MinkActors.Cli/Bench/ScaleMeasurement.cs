namespace MinkActors.Cli.Bench;

/// <summary>What many live callback objects cost: memory, collections, and every call beside them.</summary>
internal static class ScaleMeasurement
{
    public static async Task<ScaleResult> RunAsync(string engine, int objects, TimeSpan round)
    {
        await using var actors = Engines.Create(engine);
        await using var world = await BenchWorld.StartAsync(actors);
        var callback = new BenchCallback();
        await Paths.KeepOne(world, callback);
        await Paths.KeepMany(world, 1, callback);
        var before = LiveHeap.Bytes();
        await Paths.KeepMany(world, objects - 1, callback);
        var bytes = (LiveHeap.Bytes() - before) / (double)(objects - 1);
        var pause = LiveHeap.FullCollection();
        var nothing = await MedianAsync(count => Paths.Null(world.Target, count), round);
        var back = await MedianAsync(count => Paths.CallBack(world.Target, count), round);
        var life = await MedianAsync(count => Paths.ExportAndReleaseOne(world, count, callback), round);
        return new ScaleResult(objects, Math.Round(bytes, 1), pause.TotalMilliseconds, nothing, back, life);
    }

    private static async Task<double> MedianAsync(Func<int, ValueTask> loop, TimeSpan round)
    {
        var path = new PathMeasurement("", "", loop);
        await path.WarmUpAsync(round * 2, round);
        for (var index = 0; index < 5; index++) await path.RunRoundAsync();
        return path.Result().Nanoseconds;
    }
}
