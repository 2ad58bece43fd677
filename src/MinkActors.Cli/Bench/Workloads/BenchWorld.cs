using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>A normal world against the emulator's kernel, with one object to call: what every measured invocation runs on.</summary>
/// <remarks>Nothing is left out: each call passes the codec on both sides, the object table where objects travel, the transport's
/// slots and the kernel's own checks.</remarks>
internal sealed class BenchWorld : IAsyncDisposable
{
    private BenchWorld(MinkSystem mink, BenchApp app, Capability target)
    {
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
        var mink = await MinkSystem.StartAsync(options =>
        {
            if (engine is not null) options.UseActors(engine);
            options.Limits = new MinkLimits { Slots = 64 };
            options.UseSecureWorld(context =>
            {
                var domain = new SecureDomain(context, new MinkLimits(), threads: 64, objects: int.MaxValue);
                domain.Root = (SecureObjectHost)domain.Export(new BenchRoot()).Detach()!;
                return new EmulatedSecureWorld(domain);
            });
        });
        var (app, target) = await OpenAsync(mink);
        return new BenchWorld(mink, app, target);
    }

    /// <summary>One more object, independent of the others.</summary>
    public async Task<Capability> OpenAnotherAsync() => (await OpenAsync(Mink)).Target;

    public async ValueTask DisposeAsync()
    {
        App.DropKept();
        Target.Dispose();
        await Mink.DrainReleasesAsync();
        await Mink.DisposeAsync();
    }

    private static async Task<(BenchApp App, Capability Target)> OpenAsync(MinkSystem mink)
    {
        var app = new BenchApp();
        BenchRoot.Next.Value = app;
        using var reply = (await mink.Root.InvokeAsync(0, Argument.OutObject)).EnsureOk();
        return (app, reply.TakeObject()!);
    }

    /// <summary>Gives out the object its opener has laid ready; the hand-over stays outside the measured path.</summary>
    private sealed class BenchRoot : IMinkObject
    {
        public static readonly ThreadLocal<BenchApp?> Next = new();

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            call.SetOutputObject(0, Next.Value ?? new BenchApp());
            return new(ResultCode.Ok);
        }
    }
}
