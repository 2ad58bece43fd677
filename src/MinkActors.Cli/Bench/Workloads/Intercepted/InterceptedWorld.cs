using MinkActors.Emulator;
using MinkActors.Linux;
using MinkActors.Linux.Device;
using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>The TEE device as mink run serves it, over the emulator's kernel with a root that answers at once.</summary>
internal sealed class InterceptedWorld : IAsyncDisposable
{
    private readonly MinkSystem _mink;

    private InterceptedWorld(MinkSystem mink) => (_mink, Device) = (mink, new TeeDeviceHost(mink));

    public TeeDeviceHost Device { get; }

    public static async Task<InterceptedWorld> StartAsync() => new(await MinkSystem.StartAsync(options =>
    {
        TeeRun.SetBounds(options);
        options.UseSecureWorld(context => EmulatedSecureWorld.StartKernel(context, new EmulatorOptions { Threads = TeeRun.SlotsMax }, new Answerer()));
    }));

    public ValueTask DisposeAsync() => _mink.DisposeAsync();

    private sealed class Answerer : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            if (call.Counts.OutputBuffers > 0) call.Write(0, call.Input(0));
            return new(ResultCode.Ok);
        }
    }
}
