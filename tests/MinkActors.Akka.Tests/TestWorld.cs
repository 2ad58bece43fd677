using MinkActors.Emulator;
using MinkActors.Protocol;
using AkkaSystem = Akka.Actor.ActorSystem;

namespace MinkActors.Akka.Tests;

/// <summary>A Mink system in somebody's Akka system, with a secure object that keeps, calls and drops what it is given.</summary>
internal static class TestWorld
{
    public static async Task<(MinkSystem Mink, Capability Keeper)> StartAsync(AkkaSystem akka, AkkaEngineOptions? engine = null)
    {
        var mink = await MinkSystem.StartAsync(options => options.UseAkka(akka, engine).UseSecureWorld(context =>
        {
            var domain = new SecureDomain(context, new MinkLimits(), threads: 16, objects: int.MaxValue);
            domain.Root = (SecureObjectHost)domain.Export(new Root()).Detach()!;
            return new EmulatedSecureWorld(domain);
        }));
        using var reply = (await mink.Root.InvokeAsync(0, Argument.OutObject)).EnsureOk();
        return (mink, reply.TakeObject()!);
    }

    public static async Task<ResultCode> Keep(this Capability keeper, Capability kept) => await Code(keeper.InvokeAsync(Keeper.Keep, Argument.In(kept)));

    public static async Task<ResultCode> CallKept(this Capability keeper) => await Code(keeper.InvokeAsync(Keeper.Call));

    public static async Task<ResultCode> Drop(this Capability keeper) => await Code(keeper.InvokeAsync(Keeper.Drop));

    private static async Task<ResultCode> Code(ValueTask<Reply> call)
    {
        using var reply = await call;
        return reply.Code;
    }

    private sealed class Root : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            call.SetOutputObject(0, new Keeper());
            return new(ResultCode.Ok);
        }
    }

    private sealed class Keeper : IMinkObject
    {
        public const uint Keep = 1, Call = 2, Drop = 3;

        private Capability? _kept;

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            switch ((uint)call.Operation.Method)
            {
                case Keep: _kept = call.TakeInput(0); break;
                case Call: return CallKept();
                case Drop: _kept?.Dispose(); break;
            }
            return new(ResultCode.Ok);
        }

        private async ValueTask<ResultCode> CallKept()
        {
            using var reply = await _kept!.InvokeAsync(0);
            return reply.Code;
        }
    }
}

/// <summary>A callback object that counts, and throws when it is told to.</summary>
internal sealed class Counter : IMinkObject
{
    public int Calls { get; private set; }

    public bool Crashes { get; set; }

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        Calls++;
        return Crashes ? throw new InvalidOperationException("crashed as told") : new(ResultCode.Ok);
    }
}
