// One idea: an object of ours becomes a capability; whoever is given it may call it, until it is released.
await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());
using var env = await mink.OpenClientEnvAsync(Credentials.ForCurrentProcess());
using var tests = await env.LoadAppAsync("tzecotestapp");
using var opened = await tests.InvokeAsync(0, Argument.In(2u), Argument.OutObject);
using var tester = opened.EnsureOk().TakeObject()!;

var bell = new Bell();
using (var capability = mink.Export(bell))
{
    using var reply = await tester.InvokeAsync(2, Argument.In(capability));    // "call the object you are given"
    Console.WriteLine($"the secure world rang {bell.Rings} time and answered {reply.Code}");
}
using (var quiet = await tester.InvokeAsync(99)) { }
Console.WriteLine($"released: {bell.IsReleased}");

internal sealed class Bell : IMinkObject
{
    public int Rings { get; private set; }
    public bool IsReleased { get; private set; }

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        Rings++;
        return ValueTask.FromResult(ResultCode.Ok);
    }

    public void Released() => IsReleased = true;
}
