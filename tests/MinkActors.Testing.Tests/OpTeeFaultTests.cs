using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Testing.Tests;

/// <summary>What each fault does on the way into an OP-TEE.</summary>
public sealed class OpTeeFaultTests
{
    [Theory]
    [InlineData(0, OpTeeReturn.ThreadLimit)]
    [InlineData(1, OpTeeReturn.Busy)]
    [InlineData(2, OpTeeReturn.NoMemory)]
    [InlineData(3, OpTeeReturn.BadAddress)]
    public void Given_a_refusal_When_a_new_call_enters_Then_its_code_comes_back_and_OPTEE_never_sees_it(int value, OpTeeReturn code) => Play($"transport-entry:refuse:value={value}", async way =>
    {
        Assert.Equal((uint)code, (await way.CallAsync(OpTeeRegisters.Call(way.Message)))[0]);
        Assert.Empty(way.Seen);
    });

    [Fact]
    public void Given_a_refusal_When_a_resume_or_a_fast_call_enters_Then_it_passes() => Play("transport-entry:refuse", async way =>
    {
        await way.CallAsync(Resume);
        await way.CallAsync(OpTeeRegisters.Fast(OpTeeFunctionId.CallsCount));

        Assert.Equal(2, way.Seen.Count);
    });

    [Theory]
    [InlineData("transport-entry", 0)]
    [InlineData("transport-exit", 1)]
    public void Given_a_drop_When_it_happens_Then_the_call_never_comes_back_and_the_books_may_differ(string point, int seen) => Play($"{point}:drop", async way =>
    {
        var call = way.CallAsync(OpTeeRegisters.Call(way.Message));
        await way.PassAsync(TimeSpan.FromDays(1));

        Assert.Equal((false, seen, true), (call.IsCompleted, way.Seen.Count, way.Faults.BooksMayDiffer));
    });

    [Theory]
    [InlineData("transport-entry")]
    [InlineData("transport-exit")]
    public void Given_a_delay_When_it_happens_Then_the_call_takes_that_long(string point) => Play($"{point}:delay:value=100", async way =>
    {
        var before = way.Actors.Elapsed;
        await way.CallAsync(OpTeeRegisters.Call(way.Message));

        Assert.Equal(TimeSpan.FromMilliseconds(100), way.Actors.Elapsed - before);
    });

    [Fact]
    public void Given_a_reorder_When_two_calls_enter_Then_the_second_goes_first() => Play("transport-entry:reorder:at=1,value=1000", async way =>
    {
        var first = way.CallAsync(OpTeeRegisters.Call(way.Message));
        await way.PassAsync(TimeSpan.FromMilliseconds(1));
        await way.CallAsync(Resume);
        await first;

        Assert.Equal([OpTeeFunctionId.ReturnFromRpc.Value, OpTeeFunctionId.CallWithArg.Value], way.Seen.Select(registers => registers[0]));
    });

    [Fact]
    public void Given_a_duplicate_When_a_resume_enters_Then_OPTEE_sees_it_twice_and_a_new_call_once() => Play("transport-entry:duplicate", async way =>
    {
        await way.CallAsync(Resume);
        await way.CallAsync(OpTeeRegisters.Call(way.Message));
        await way.PassAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal([OpTeeFunctionId.ReturnFromRpc.Value, OpTeeFunctionId.ReturnFromRpc.Value, OpTeeFunctionId.CallWithArg.Value], way.Seen.Select(registers => registers[0]));
        // The world of this test takes the second as well: somebody has lost an answer.
        Assert.True(way.Faults.BooksMayDiffer);
    });

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    public void Given_damage_When_a_call_enters_Then_one_bit_of_its_registers_or_its_message_is_another(int value) => Play($"transport-entry:corrupt:value={value}", async way =>
    {
        var asked = OpTeeRegisters.Call(way.Message);
        await way.CallAsync(asked);

        var bits = Enumerable.Range(0, 8).Sum(i => System.Numerics.BitOperations.PopCount(asked[i] ^ way.Seen[0][i])) + way.Page.Owner.ToArray().Sum(octet => System.Numerics.BitOperations.PopCount(octet));
        Assert.Equal((1, true), (bits, way.Faults.BooksMayDiffer));
    });

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    public void Given_damage_When_a_call_comes_back_Then_one_bit_is_another(int value) => Play($"transport-exit:corrupt:value={value}", async way =>
    {
        var back = await way.CallAsync(OpTeeRegisters.Call(way.Message));

        var bits = System.Numerics.BitOperations.PopCount(back[0]) + Enumerable.Range(1, 5).Sum(i => System.Numerics.BitOperations.PopCount(back[i])) + way.Page.Owner.ToArray().Sum(octet => System.Numerics.BitOperations.PopCount(octet));
        Assert.Equal(1, bits);
    });

    [Fact]
    public void Given_a_refusal_on_the_way_back_When_OPTEE_has_acted_Then_busy_and_the_books_may_differ() => Play("transport-exit:refuse", async way =>
    {
        Assert.Equal((uint)OpTeeReturn.Busy, (await way.CallAsync(OpTeeRegisters.Call(way.Message)))[0]);
        Assert.Equal((1, true), (way.Seen.Count, way.Faults.BooksMayDiffer));
    });

    [Fact]
    public void Given_a_second_answer_When_it_comes_Then_the_entry_has_refused_it() => Play("transport-exit:duplicate", async way =>
    {
        Assert.Equal(0u, (await way.CallAsync(OpTeeRegisters.Call(way.Message)))[0]);
        Assert.Single(way.Faults.Fired);
    });

    private static OpTeeRegisters Resume => OpTeeRegisters.ResumeOf(OpTeeRegisters.RpcReturn(default, 0, 0, 1));

    private static void Play(string plan, Func<Way, Task> test)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 1, TimeMax = TimeSpan.FromDays(2) });
        var way = new Way(actors, FaultPlan.Parse(plan));
        actors.Run(() => test(way));
    }

    /// <summary>A world that answers every call with zeroes, behind the faults.</summary>
    private sealed class Way : ISecureWorld
    {
        private readonly FaultyOpTee _world;

        public Way(SimulationActorSystem actors, FaultPlan plan)
        {
            Actors = actors;
            Faults = new FaultInjector(actors, plan);
            var memory = new PhysicalMemory();
            Page = memory.Allocate(4096)!;
            _world = new FaultyOpTee(this, new SecureWorldContext(actors, memory, NullLogger.Instance), Faults);
        }

        public SimulationActorSystem Actors { get; }
        public FaultInjector Faults { get; }
        public SharedRegion Page { get; }
        public ulong Message => Page.PhysicalAddress;
        public List<OpTeeRegisters> Seen { get; } = [];

        public async Task<OpTeeRegisters> CallAsync(OpTeeRegisters registers) =>
            OpTeeRegisters.From(await Actors.Spawn(new RegisterCalls(_world)).Ask(new RegisterCall(registers.ToSmc())));

        public Task PassAsync(TimeSpan time) => Task.Delay(time, Actors.Time);

        public void Enter(SecureEntry entry)
        {
            Seen.Add(OpTeeRegisters.From(entry.Registers));
            entry.Return(default(OpTeeRegisters).ToSmc());
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
