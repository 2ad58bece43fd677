using MinkActors.Emulator;

namespace MinkActors.Linux.Tests.Device;

/// <summary>A program that talks to /dev/tee0 through the public API: what a test runs under interception, so that both ends are ours.</summary>
internal static class DeviceClient
{
    public const string Command = "device-client";

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [Command, ..]) return 2;
        var kept = new Recorder();
        await using (var mink = await MinkSystem.StartAsync(options => options.UseDevice("/dev/tee0", receivers: 2)))
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

            await kept.Gone.Task;
            await mink.DrainReleasesAsync();
            Console.WriteLine($"left: {mink.GetLiveReferences()}");
        }

        Console.WriteLine("stopped");
        return 0;
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
