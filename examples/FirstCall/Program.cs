// One idea: register with the secure world, load an application, call it, let go.
await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());
using var env = await mink.OpenClientEnvAsync(Credentials.ForCurrentProcess());
using var adder = await env.LoadAppAsync("smcinvoke_skeleton_ta64");

using var sum = await adder.InvokeAsync(0, Argument.In(2u, 3u), Argument.Out<uint>());
Console.WriteLine($"2 + 3 = {sum.EnsureOk().Read<uint>()}");

// What the object answers is a result; what goes wrong on the way would be an exception.
using var unknown = await adder.InvokeAsync(99);
Console.WriteLine($"method 99 answers {unknown.Code}");
