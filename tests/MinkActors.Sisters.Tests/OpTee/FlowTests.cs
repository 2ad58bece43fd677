using System.Globalization;
using System.Text.Json;
using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>The driver against an OP-TEE that is played from the golden registers (spec 09 section 14, checks 1 and 2).</summary>
public sealed class FlowTests
{
    [Fact]
    public void Check01_Given_the_golden_flow_When_OPTEE_returns_as_it_says_Then_the_driver_calls_as_it_says() => Play(async (system, script) =>
    {
        var reply = await system.Domain.Start(StandardCall.Close(system.Domain, 1), CallOptions.None);

        Assert.True(reply.IsSuccess);
        var calls = script.Calls;
        var (call, resumeAllocate, resumeCommand, resumeFree) = (Vector("flow-1-call"), Vector("flow-3-resume-alloc"), Vector("flow-5-resume-cmd"), Vector("flow-7-resume-free"));
        Assert.Equal(4, calls.Count);
        // Addresses and the cookie are the driver's to choose; all else is as in the file.
        call.SetPair(1, calls[0].Pair(1));
        resumeAllocate.SetPair(1, calls[1].Pair(1));
        resumeAllocate.SetPair(4, calls[1].Pair(4));
        resumeCommand.SetPair(1, calls[1].Pair(4));
        resumeFree.SetPair(1, calls[1].Pair(4));
        Assert.Equal([Text(call), Text(resumeAllocate), Text(resumeCommand, from: 0, to: 4), Text(resumeFree, from: 0, to: 4)],
            [Text(calls[0]), Text(calls[1]), Text(calls[2], from: 0, to: 4), Text(calls[3], from: 0, to: 4)]);
        Assert.True(calls[0].Pair(1) % 4096 == 0 && calls[1].Pair(1) % 4096 == 0 && calls[1].Pair(4) != 0);
    }, (number, asked, script) =>
    {
        var up = Vector(((string[])["flow-2-rpc-alloc", "flow-4-rpc-cmd", "flow-6-rpc-free", "flow-8-done"])[number]);
        // The file's cookie is not the driver's: OP-TEE names the one it was given.
        if (number is 1 or 2) up.SetPair(1, script.Calls[1].Pair(4));
        if (number == 1) OpTeeRpcMessages.GetTime(script.Page(script.Calls[1].Pair(1)));
        if (number == 2)
        {
            OpTeeMessage.TryRead(script.Page(script.Calls[1].Pair(1)), out var served, out _);
            Assert.Equal(TeeResult.Success, served.Result);
        }
        if (number == 3) OpTeeMessage.WriteOutcome(script.Page(script.Calls[0].Pair(1)), TeeResult.Success, TeeOrigin.Tee);
        return up;
    });

    [Fact]
    public void Check02_Given_all_ones_When_returned_Then_the_call_ends_and_nothing_is_resumed() => Play(async (system, script) =>
    {
        var call = StandardCall.Close(system.Domain, 1);
        var reply = await system.Domain.Start(call, CallOptions.None);

        Assert.Equal((TeeResult.Communication, TeeOrigin.Comms, OpTeeReturn.UnknownFunction, 1), (reply.Result, reply.Origin, call.Returned, script.Calls.Count));
    }, (_, _, _) => OpTeeRegisters.Return(OpTeeReturn.UnknownFunction));

    [Fact]
    public void Check02_Given_an_RPC_function_that_nobody_knows_When_returned_Then_everything_but_a0_goes_back_as_it_came() => Play(async (system, script) =>
    {
        await system.Domain.Start(StandardCall.Close(system.Domain, 1), CallOptions.None);

        Assert.Equal("32000003 11 22 3 44 55 66 77", Text(script.Calls[1]));
    }, (number, _, _) =>
    {
        if (number > 0) return OpTeeRegisters.Return(OpTeeReturn.Ok);
        var up = OpTeeRegisters.RpcReturn((OpTeeRpcFunction)1, 0x11, 0x22, 3);
        (up[4], up[5], up[6], up[7]) = (0x44, 0x55, 0x66, 0x77);
        Assert.Equal(0xFFFF_0001u, up[0]);
        return up;
    });

    private static void Play(Func<OpTeeSystem, Script, Task> test, Func<int, OpTeeRegisters, Script, OpTeeRegisters> plays)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 1 });
        actors.Run(async () =>
        {
            Script? script = null;
            await using var system = await OpTeeSystem.StartAsync(options => options.UseActors(actors).UseSecureWorld(context => script = new Script(context.Memory, plays)));
            script!.Calls.Clear();
            await test(system, script);
        });
    }

    private static OpTeeRegisters Vector(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "optee.json")));
        foreach (var vector in file.RootElement.EnumerateArray())
        {
            if (vector.GetProperty("name").GetString() != name) continue;
            Assert.True(OpTeeRegisters.TryRead(Convert.FromHexString(vector.GetProperty("hex").GetString()!), out var registers));
            return registers;
        }
        throw new ArgumentException($"There is no vector {name}.");
    }

    private static string Text(OpTeeRegisters registers, int from = 0, int to = 8) =>
        string.Join(' ', Enumerable.Range(from, to - from).Select(i => registers[i].ToString("x", CultureInfo.InvariantCulture)));

    /// <summary>Answers the fast calls of a start, and every standard call from the script.</summary>
    private sealed class Script(ISharedMemory memory, Func<int, OpTeeRegisters, Script, OpTeeRegisters> plays) : ISecureWorld
    {
        public List<OpTeeRegisters> Calls { get; } = [];

        public void Enter(SecureEntry entry)
        {
            var asked = OpTeeRegisters.From(entry.Registers);
            var id = new OpTeeFunctionId(asked[0]);
            if (!id.IsFast) Calls.Add(asked);
            var up = !id.IsFast ? plays(Calls.Count - 1, asked, this)
                : id == OpTeeFunctionId.CallsUid ? OpTeeRegisters.ReturnUuid(new Guid("384fb3e0-e7f8-11e3-af63-0002a5d5c51b"))
                : id == OpTeeFunctionId.CallsRevision ? OpTeeRegisters.Return((OpTeeReturn)2)
                : id == OpTeeFunctionId.ExchangeCapabilities ? new CapabilityExchange(OpTeeCapabilities.DynamicSharedMemory, 0, 0).ToRegisters()
                : OpTeeRegisters.Return(OpTeeReturn.NotAvailable);
            entry.Return(up.ToSmc());
        }

        public Span<byte> Page(ulong address) => memory.TryResolve(address, 4096, out var region, out var offset) ? region.Peer(offset, 4096) : throw new ArgumentException($"{address:x}");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
