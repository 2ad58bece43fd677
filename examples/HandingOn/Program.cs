// One idea: a capability can be passed on, and what is passed on can be less than what one holds (attenuation, revocation).
await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());
using var env = await mink.OpenClientEnvAsync(Credentials.ForCurrentProcess());
using var adder = await env.LoadAppAsync("smcinvoke_skeleton_ta64");

// Alice holds the adder, an object of the secure world. She gives Bob a caretaker for it, and can cut it off.
var caretaker = new Caretaker(adder.Object.Retain());
using var forBob = mink.Export(caretaker);

Console.WriteLine($"Bob, while he may: {await AddAsync(forBob)}");
caretaker.Revoke();
Console.WriteLine($"Bob, after Alice revoked: {await AddAsync(forBob)}");
Console.WriteLine($"Alice herself: {await AddAsync(adder.Object)}");

static async Task<string> AddAsync(Capability target)
{
    using var reply = await target.InvokeAsync(0, Argument.In(20u, 22u), Argument.Out<uint>());
    return reply.IsOk ? $"20 + 22 = {reply.Read<uint>()}" : reply.Code.ToString();
}

/// <summary>Forwards one method to what it guards, until it is cut off.</summary>
internal sealed class Caretaker(Capability guarded) : IMinkObject
{
    private Capability? _guarded = guarded;

    public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        if (_guarded is not { } target) return ResultCode.Defunct;
        if (call.Operation.Method != 0) return ResultCode.Invalid;
        using var reply = await target.InvokeAsync(0, Argument.In(call.Input(0).ToArray()), Argument.Out<uint>());
        if (reply.IsOk) call.Write(0, reply.Read<uint>());
        return reply.Code;
    }

    public void Revoke()
    {
        _guarded?.Dispose();
        _guarded = null;
    }

    public void Released() => Revoke();
}
