using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

// One idea: several guests share one OP-TEE, each sees one of its own, and one can be destroyed in the middle of a call.
await using var actors = new ThreadPoolActorSystem();
EmulatedOpTee? secure = null;
await using var mediator = await OpTeeMediator.StartAsync(new SecureWorldContext(actors, new PhysicalMemory(), NullLogger.Instance), o =>
{
    o.Started = world => secure = world;
    o.Load<Counter>(Counter.Uuid, OpTeeApplicationTraits.SingleInstance | OpTeeApplicationTraits.MultiSession);
});

await using var first = await mediator.CreateGuestAsync(1);
await using var second = await mediator.CreateGuestAsync(2);
await using var one = await OpTeeSystem.StartAsync(o => o.UseActors(actors).UseGuest(first));
await using var two = await OpTeeSystem.StartAsync(o => o.UseActors(actors).UseGuest(second));

await using var counting = await one.OpenSessionAsync(Counter.Uuid);
await using var alsoCounting = await two.OpenSessionAsync(Counter.Uuid);
for (var i = 0; i < 3; i++) await counting.InvokeAsync(Counter.Next, OpTeeArgument.OutValue);
Console.WriteLine($"guest 1 counts {(await counting.InvokeAsync(Counter.Next, OpTeeArgument.OutValue)).Value(0).A}");
Console.WriteLine($"guest 2 counts {(await alsoCounting.InvokeAsync(Counter.Next, OpTeeArgument.OutValue)).Value(0).A}: its counter is its own");

await using (var buffer = await one.ShareMemoryAsync(3 * 4096))
{
    await counting.InvokeAsync(Counter.Fill, OpTeeArgument.Part(buffer, OpTeeParameterType.RegisteredOutput));
    Console.WriteLine($"guest 1 shares {first.SharedPages} pages, pinned for OP-TEE; the last byte is {buffer.Span[^1]}");
}

// OP-TEE has asked the guest to wait: the guest's own driver would, for ever, if it were not told of its guest's end.
var stuck = counting.InvokeAsync(Counter.WaitForEver);
await first.DestroyAsync();
try
{
    await stuck;
}
catch (MinkTransportException)
{
    // The guest went away under its own driver.
}
Console.WriteLine($"guest 1 is destroyed: {first.Calls} calls, {first.Memory.Pins} pins; OP-TEE knows {string.Join(", ", secure!.Clients.Select(client => $"client {client}"))}");
Console.WriteLine($"guest 2 counts {(await alsoCounting.InvokeAsync(Counter.Next, OpTeeArgument.OutValue)).Value(0).A}");

internal sealed class Counter : OpTeeApplication
{
    public const uint Next = 0, Fill = 1, WaitForEver = 2;
    public static readonly Guid Uuid = new("c0de0000-0000-4000-8000-000000000001");

    private ulong _count;

    public override async ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
    {
        switch (call.Function)
        {
            case Next: call.Value(0).A = ++_count; return TeeResult.Success;
            case Fill: call.Memory(0).Write(call.Memory(0).Size - 1, [42]); return TeeResult.Success;
            default: return await call.WaitAsync(1);    // the thread is suspended, the guest is asked to wait
        }
    }
}
