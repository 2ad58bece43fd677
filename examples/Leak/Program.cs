// One idea: a reference that nobody lets go is found, with the line that made it.
await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());

var forgotten = mink.Export(new Nothing());
using (var fine = mink.Export(new Nothing())) { }

foreach (var reference in mink.GetLiveReferences().References) Console.WriteLine($"{reference.Name} is still held, made at {reference.MadeAt}");
forgotten.Dispose();
Console.WriteLine(mink.GetLiveReferences());

internal sealed class Nothing : IMinkObject
{
    public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => ValueTask.FromResult(ResultCode.Ok);
}
