using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>A normal world against the emulator's kernel, with one object to call: what every measured invocation runs on.</summary>
/// <remarks>Nothing is left out: each call passes the codec on both sides, the object table where objects travel, the transport's
/// slots and the kernel's own checks.</remarks>
internal sealed class BenchWorld : IAsyncDisposable
{
    private readonly BenchRoot _root;

    private BenchWorld(MinkSystem mink, BenchRoot root, BenchApp app, Capability target)
    {
        _root = root;
        Mink = mink;
        App = app;
        Target = target;
    }

    public MinkSystem Mink { get; }

    /// <summary>The secure object's code, to look at what it keeps.</summary>
    public BenchApp App { get; }

    /// <summary>The normal world's reference to it.</summary>
    public Capability Target { get; }

    /// <param name="engine">Stays the caller's; null: a thread-pool engine of the system's own.</param>
    public static async Task<BenchWorld> StartAsync(ActorSystem? engine = null)
    {
        var (app, root) = (new BenchApp(), new BenchRoot());
        var mink = await MinkSystem.StartAsync(options =>
        {
            if (engine is not null) options.UseActors(engine);
            options.Limits = new MinkLimits { Slots = 64 };
            options.UseSecureWorld(context => EmulatedSecureWorld.StartKernel(context, new EmulatorOptions { Threads = 64 }, root));
        });
        return new BenchWorld(mink, root, app, await OpenAsync(mink, root, app));
    }

    /// <summary>One more secure object, independent of the others. Open one at a time.</summary>
    public Task<Capability> OpenAsync(IMinkObject implementation) => OpenAsync(Mink, _root, implementation);

    public async ValueTask DisposeAsync()
    {
        App.DropKept();
        Target.Dispose();
        await Mink.DrainReleasesAsync();
        await Mink.DisposeAsync();
    }

    private static async Task<Capability> OpenAsync(MinkSystem mink, BenchRoot root, IMinkObject implementation)
    {
        root.Next = implementation;
        using var reply = (await mink.Root.InvokeAsync(0, Argument.OutObject)).EnsureOk();
        return reply.TakeObject()!;
    }

    /// <summary>Gives out the object that was laid ready.</summary>
    private sealed class BenchRoot : IMinkObject
    {
        public IMinkObject? Next { get; set; }

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            call.SetOutputObject(0, Next!);
            return new(ResultCode.Ok);
        }
    }
}
