// Testing one's own callback object under faults: a ledger that the secure world books orders with. When an answer is lost the
// caller books again, as callers do. Does the ledger count an order twice?
const uint CallRaw = 18;     // of the world's test application: calls an object's method with bytes, and passes its answer on
const uint Book = 100;

var flaky = FaultPlan.Parse("callback-reply:refuse:p=0.3;transport-exit:delay:p=0.2;transport-entry:refuse:p=0.1");

Console.WriteLine("A ledger that adds up whatever it is told:");
await TryAsync(() => new Ledger(isKeyed: false));
Console.WriteLine("A ledger that knows its orders:");
await TryAsync(() => new Ledger(isKeyed: true));

async Task TryAsync(Func<Ledger> make)
{
    const ulong seeds = 50;
    for (ulong seed = 0; seed < seeds; seed++)
    {
        try
        {
            await Mink.SimulateAsync(seed, world => BookAsync(world, make()), flaky);
        }
        catch (SimulationFailedException failed)
        {
            // The plan was made as small as can be: one fault is enough. Failure.Command runs exactly this again.
            var fault = FaultPlan.Parse(failed.Failure.Faults).Rules.Single();
            Console.WriteLine($"  {failed.Failure.Message}");
            Console.WriteLine($"  one fault is enough: {fault.Point} {fault.Action}");
            return;
        }
    }
    Console.WriteLine($"  {seeds} seeds, every order booked once");
}

static async Task BookAsync(SimulatedWorld world, Ledger ledger)
{
    using var capability = world.ExportWithFaults(ledger);
    for (uint order = 1; order <= 5; order++)
    {
        for (var isBooked = false; !isBooked;)
        {
            using var reply = await world.CallAsync(world.App, CallRaw, Argument.In(Book), Argument.In(BitConverter.GetBytes(order)), Argument.Out(0), Argument.In(capability));
            isBooked = reply is { IsOk: true };
        }
    }
    world.Require(ledger.Entries == 5, "Five orders, but not five entries");
}

/// <summary>The object under test.</summary>
internal sealed class Ledger(bool isKeyed) : IMinkObject
{
    private readonly HashSet<uint> _orders = [];

    public int Entries { get; private set; }

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        if (_orders.Add(call.Read<uint>(0)) || !isKeyed) Entries++;
        return new(ResultCode.Ok);
    }
}
