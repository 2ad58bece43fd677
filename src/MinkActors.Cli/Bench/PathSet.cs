using MinkActors.Actors;

namespace MinkActors.Cli.Bench;

/// <summary>All paths of a run, with what they need alive meanwhile.</summary>
internal sealed class PathSet : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<PathMeasurement> _all = [];

    private PathSet()
    {
    }

    public IReadOnlyList<PathMeasurement> All => _all;

    public static async Task<PathSet> CreateAsync(string engine)
    {
        var set = new PathSet();
        set.AddBaselines();
        set.AddCodec();
        await set.AddInvocationsAsync(set.Own(Engines.Create(engine)));
        if (engine == Engines.ThreadPool) await set.AddPooledAsync();
        set.AddActors(set.Own(Engines.Create(engine)));
        return set;
    }

    public async ValueTask DisposeAsync()
    {
        for (var index = _owned.Count - 1; index >= 0; index--) await _owned[index].DisposeAsync();
    }

    private T Own<T>(T owned) where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private void Add(string id, string name, Func<int, ValueTask> loop, int step = 1) => _all.Add(new PathMeasurement(id, name, loop, false, step));

    private void AddBaseline(string id, string name, Func<int, ValueTask> loop, int step = 1) => _all.Add(new PathMeasurement(id, name, loop, true, step));

    private void AddBaselines()
    {
        var (plain, input, output) = (PlainTarget.Create(), new byte[64], new byte[64]);
        AddBaseline(Ids.Floor, "floor: virtual call, 64 B copied in and out", count =>
        {
            for (var i = 0; i < count; i++) plain.Call(input, output);
            return default;
        });
        var channel = Own(new ChannelActor());
        AddBaseline(Ids.Channel, "channel actor, one call", async count =>
        {
            for (var i = 0; i < count; i++) await channel.Ask();
        });
        var window = new Task<int>[64];
        AddBaseline(Ids.Channel64, "channel actor, 64 outstanding", async count =>
        {
            for (var done = 0; done < count; done += window.Length)
            {
                for (var i = 0; i < window.Length; i++) window[i] = channel.Ask();
                for (var i = 0; i < window.Length; i++) await window[i];
            }
        }, window.Length);
#if AKKA_ENGINE
        var akka = new AkkaBaseline();
        _owned.Add(new Owner(akka));
        var asked = new Task<object>[64];
        AddBaseline(Ids.Ask, "Akka Ask", akka.Ask);
        AddBaseline(Ids.Ask64, "Akka Ask, 64 outstanding", count => akka.AskOutstanding(count, asked), asked.Length);
        AddBaseline(Ids.AskCallback, "Akka Ask with a callback", akka.AskWithCallback);
        AddBaseline(Ids.AkkaLife, "Akka create and stop, in batches", akka.CreateAndStop, 256);
        AddBaseline(Ids.AkkaLifeOfOne, "Akka create and stop, one at a time", akka.CreateAndStopOne);
#endif
    }

    private void AddCodec()
    {
        var codec = new Codec();
        Add(Ids.Codec, "codec, call and reply of 64 B", count =>
        {
            for (var i = 0; i < count; i++)
            {
                if (!codec.RoundTrip()) throw new InvalidOperationException("The codec refused its own message.");
            }
            return default;
        });
    }

    private async Task AddInvocationsAsync(ActorSystem engine)
    {
        var world = Own(await BenchWorld.StartAsync(engine));
        var (target, callback) = (world.Target, new BenchCallback());
        Add(Ids.Null, "null invocation", count => Paths.Null(target, count));
        foreach (var outstanding in (int[])[8, 64])
        {
            var window = new ValueTask<Reply>[outstanding];
            Add($"{Ids.Null}-{outstanding}", $"null invocation, {outstanding} outstanding", count => Paths.Outstanding(target, count, window), outstanding);
        }
        foreach (var (size, name) in ((int, string)[])[(64, "64 B"), (1024, "1 KiB"), (64 * 1024, "64 KiB")])
        {
            var (input, output) = (new byte[size], new byte[size]);
            Add($"echo-{size}", $"invocation, {name} in and out", count => Paths.Echo(target, count, input, output));
        }
        await Paths.KeepOne(world, callback);
        Add(Ids.Callback, "invocation with one callback", count => Paths.CallBack(target, count));
        var handedOver = world.Mink.Export(callback);
        _owned.Add(handedOver);
        Add(Ids.HandOver, "invocation that hands an object over", count => Paths.HandOver(target, count, handedOver));
        Add(Ids.Life, "objects made, exported 15 a call, released", count => Paths.ExportAndRelease(world, count, callback), Counts.Handful);
        Add(Ids.LifeOfOne, "object made, exported in its own call, released", count => Paths.ExportAndReleaseOne(world, count, callback));
    }

    private async Task AddPooledAsync()
    {
        var world = Own(await BenchWorld.StartAsync(Own(new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = false }))));
        Add(Ids.NullPooled, "null invocation, every hop through the pool", count => Paths.Null(world.Target, count));
    }

    private void AddActors(ActorSystem engine)
    {
        var (echo, ping) = (engine.Spawn(new EchoActor()), new Ping());
        Add("actor-ask", "actor: ask", async count =>
        {
            for (var i = 0; i < count; i++)
            {
                await echo.Ask(ping);
                ping.Reset();
            }
        });
        Add("actor-tell", "actor: tell (the last is awaited)", async count =>
        {
            for (var i = 1; i < count; i++) echo.Tell(new Note());
            await echo.Ask(ping);
            ping.Reset();
        });
        Add("actor-spawn", "actor: spawn and stop", count =>
        {
            for (var i = 0; i < count; i++) engine.Stop(engine.Spawn(new EchoActor()));
            return default;
        });
    }

    /// <summary>The ids that ratios are taken between.</summary>
    internal static class Ids
    {
        public const string Floor = "floor", Channel = "channel-actor", Channel64 = "channel-actor-64";
        public const string Ask = "akka-ask", Ask64 = "akka-ask-64", AskCallback = "akka-ask-callback", AkkaLife = "akka-create-stop", AkkaLifeOfOne = "akka-create-stop-one";
        public const string Codec = "codec-64", Null = "null", NullPooled = "null-pooled", Null64 = "null-64";
        public const string Callback = "callback", HandOver = "hand-over", Life = "export-release-15", LifeOfOne = "export-release";
        public const string BareIoctl = "bare-ioctl", Intercepted = "intercepted-null";
    }

    private sealed class Owner(IDisposable owned) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            owned.Dispose();
            return default;
        }
    }
}
