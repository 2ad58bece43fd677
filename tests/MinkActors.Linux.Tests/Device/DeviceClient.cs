using MinkActors.Emulator;
using MinkActors.Interfaces;

namespace MinkActors.Linux.Tests.Device;

/// <summary>A program that talks to /dev/tee0 through the public API: what a test runs under interception, so that both ends are ours.</summary>
internal static class DeviceClient
{
    public const string Command = "device-client";
    public const string Services = "services";

    /// <summary>Loaded from memory under a name of its own: the first application may still be ending when its client has let go of it.</summary>
    public const string SecondName = "adder_from_memory";

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [Command, Services]) return await UseServicesAsync();
        if (arguments is not [Command]) return 2;
        var kept = new Recorder();
        await using (var mink = await MinkSystem.StartAsync(options => options.UseDevice()))
        {
            using (var made = await mink.Root.InvokeAsync(11, Argument.OutObject, Argument.OutObject))
            using (var first = made.TakeObject(0)!)
            {
                using var echo = await first.InvokeAsync(10, Argument.In("abc"u8.ToArray()), Argument.Out(8));
                Console.WriteLine($"echo {System.Text.Encoding.ASCII.GetString(echo.Output(0))}");
                using var same = await mink.Root.InvokeAsync(19, Argument.In(first), Argument.OutObject);
                using var again = same.TakeObject(0)!;
                using var code = await again.InvokeAsync(16, Argument.In(77));
                Console.WriteLine($"code {(int)code.Code}");
            }

            using (var callback = mink.Export(kept))
            {
                using var asked = await mink.Root.InvokeAsync(18, Argument.In(callback), Argument.Out(16), Argument.OutObject);
                using var back = asked.TakeObject(0);
                Console.WriteLine($"asked {asked.Code} {System.Text.Encoding.ASCII.GetString(asked.Output(0))} {back?.Kind} {kept.Heard}");
                using var failed = await mink.Root.InvokeAsync(15, Argument.In(callback));
                Console.WriteLine($"failed {(int)failed.Code}");
            }

            using (var memory = mink.ShareMemory(5000))
            {
                memory.Span[3] = 41;
                using var mapped = await mink.Root.InvokeAsync(17, Argument.In(memory));
                Console.WriteLine($"mapped {mapped.Code} {memory.Size} {memory.Span[3]}");
            }

            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EchoObjectsAsync(mink)));
            Console.WriteLine("all came back");
            await kept.Gone.Task;
            await mink.DrainReleasesAsync();
            Console.WriteLine($"left: {mink.GetLiveReferences()}");
        }

        Console.WriteLine("stopped");
        return 0;
    }

    /// <summary>Sends an object and takes it back, again and again: its release notice races with the answer each time.</summary>
    private static async Task EchoObjectsAsync(MinkSystem mink)
    {
        for (var i = 0; i < 50; i++)
        {
            var sent = new Recorder();
            using (var exported = mink.Export(sent))
            {
                using var reply = await mink.Root.InvokeAsync(19, Argument.In(exported), Argument.OutObject);
                using var back = reply.TakeObject(0)!;
                using var local = await back.InvokeAsync(9);
                if ((int)local.Code != 55) throw new InvalidOperationException($"What came back answers {local.Code}.");
            }

            await sent.Gone.Task;
        }
    }

    /// <summary>The first hour of a user, over a device: credentials, a service, an application from a buffer and from memory.</summary>
    private static async Task<int> UseServicesAsync()
    {
        await using (var mink = await MinkSystem.StartAsync(options => options.UseDevice()))
        {
            var image = ApplicationImage.Create(Emulator.TestApplications.AdderApp.DistinguishedName);
            using var env = await mink.OpenClientEnvAsync(new Credentials(1000));
            using var loader = new AppLoaderProxy(await env.OpenAsync(IAppLoader.Uid));
            using (var controller = await loader.LoadFromBufferAsync(image)) Console.WriteLine($"buffer: {await AddAsync(controller!.Value)}");
            var second = ApplicationImage.Create(SecondName);
            using var memory = mink.ShareMemory(second.Length);
            second.CopyTo(memory.Span);
            using (var controller = await loader.LoadFromRegionAsync(memory)) Console.WriteLine($"memory: {await AddAsync(controller!.Value)}");
        }

        return 0;
    }

    private static async Task<uint> AddAsync(AppControllerProxy controller)
    {
        using var app = new SMCIExampleProxy((await controller.GetAppObjectAsync())!);
        return await app.AddAsync(40, 2);
    }

    /// <summary>Answers op 8 as a client's object would, calls the object it is lent, and counts itself gone.</summary>
    private sealed class Recorder : IMinkObject
    {
        public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Heard { get; private set; } = "";

        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            if (call.Operation.Method != 8) return (ResultCode)55;
            Heard = System.Text.Encoding.ASCII.GetString(call.Input(0));
            using var lent = await call.InputObject(0)!.InvokeAsync(10, Argument.In("x"u8.ToArray()), Argument.Out(1));
            call.Write(0, lent.Output(0));
            call.SetOutputObject(0, this);
            return ResultCode.Ok;
        }

        public void Released() => Gone.TrySetResult();
    }
}
