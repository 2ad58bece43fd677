using TypedCalls.Idl;

// One idea: from an .idl file to a typed call. Proxy, skeleton and errors are generated from ICounter.idl at build time.
await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());
using var capability = mink.Export(new Counter());
var counter = CounterProxy.From(capability)!.Value;

Console.WriteLine($"total {await counter.AddAsync(40)}");
Console.WriteLine($"total {await counter.AddAsync(2)}");
try
{
    await counter.AddAsync(1000);
}
catch (CounterException full) when (full.Code == ICounter.Errors.Full)
{
    Console.WriteLine("full");
}

internal sealed class Counter : CounterSkeleton
{
    private uint _total;

    protected override ValueTask<ResultCode> AddAsync(AddCall call)
    {
        if (_total + call.Amount > 100) return ValueTask.FromResult(ICounter.Errors.Full);
        call.Total = _total += call.Amount;
        return ValueTask.FromResult(ResultCode.Ok);
    }
}
