using MinkActors.Protocol;

namespace MinkActors.Tests.Messages;

/// <summary>spec/02 section 7.3: direct replies that no honest secure world sends; spec/01 section 7, results.</summary>
public sealed class HostileReplyTests
{
    [Theory]
    [InlineData(24 + 4, 17u)]             // size beyond the capacity
    [InlineData(24 + 4, 65536u)]
    [InlineData(24 + 4, 0xFFFFFFFFu)]
    [InlineData(24, 0xFFFFFFF0u)]         // a foreign offset
    [InlineData(24, 0u)]
    public void D07_Given_an_OB_that_grew_or_moved_When_answered_Then_96_and_every_object_is_put(int offset, uint word) => Rig.Simulate(async rig =>
    {
        using var secure = await rig.Receive(3);
        rig.World.Next(call =>
        {
            // one IB (12), one OB (20), two OO (28)
            call.Output(0, new byte[16]).OutputObject(0, 30).OutputObject(1, 31).Poke(offset - 4, word);
            call.Complete();
        });
        using (var reply = await secure.InvokeAsync(4, Argument.In([1]), Argument.Out(16), Argument.OutObject, Argument.OutObject)) Assert.Equal(ResultCode.Unavailable, reply.Code);
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([30u, 31u], rig.World.Released.Order());
        Assert.Contains(rig.Refusals, refusal => refusal.StartsWith("Reply: OutputBuffer[0]", StringComparison.Ordinal));
        await rig.NextCallWorks();
    }, seeds: 4);

    [Theory, InlineData(1), InlineData(5), InlineData(77), InlineData(int.MaxValue), InlineData(-90), InlineData(-96), InlineData(-103), InlineData(int.MinValue)]
    public void Section_7_Given_any_result_When_completed_Then_the_caller_reads_it_and_no_outputs(int result) => Rig.Simulate(async rig =>
    {
        rig.World.Next(call =>
        {
            call.Output(0, 9).OutputObject(0, 33);
            call.Return(new SmcRegisters { X1 = 7, X2 = 0xABCDEF00_00000000 | (uint)result });    // any type but 3; the upper half is ignored
        });
        using var reply = await rig.Mink.Root.InvokeAsync(4, Argument.Out(16), Argument.OutObject);
        Assert.Equal(result, (int)reply.Code);
        Assert.Throws<InvalidOperationException>(() => reply.TakeObject());
    }, seeds: 2);

    [Theory, InlineData(1), InlineData(10), InlineData(77), InlineData(int.MaxValue), InlineData(-90), InlineData(-91), InlineData(-19)]
    public void D29_D67_Section_7_1_Given_any_code_of_a_dispatcher_When_S_reads_it_Then_it_is_the_same_number(int code) => Rig.Simulate(async rig =>
    {
        var x = new Callback(_ => (ResultCode)code);
        rig.World.Next(async call =>
        {
            Assert.Equal(code, (int)(await call.CallBack(0x80000001)).Result);
            Assert.Equal(code, (int)(await call.CallBack(0x80000001)).Result);    // the object lives
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
    }, seeds: 2);

    [Fact]
    public void D13_Given_a_hook_that_knows_1_and_2_When_S_sends_1_2_3_Then_3_is_refused_before_it_is_dispatched() => Rig.Simulate(async rig =>
    {
        var x = new Choosy();
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000001, 1)).Result);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000001, 2)).Result);
            Assert.Equal(ResultCode.Invalid, (await call.CallBack(0x80000001, 3, objects: [9])).Result);
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([1, 2], x.Seen);
        Assert.Equal([9u], rig.World.Released);
    }, seeds: 4);

    [Fact]
    public void D19_Section_2_3_Given_the_largest_message_When_sent_Then_it_arrives_whole_and_one_byte_more_is_refused() => Rig.Simulate(async rig =>
    {
        var largest = new byte[4_194_280];
        largest[^1] = 0x5A;
        rig.World.Next(call =>
        {
            Assert.Equal((4_194_280, 0x5A), (call.Input(0).Length, call.Input(0)[^1]));
            Assert.Equal(4_194_304, call.Inbound.Size);
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(4, Argument.In(largest))).EnsureOk().Dispose();
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(4, Argument.In(new byte[4_194_281])));
        Assert.Equal((ResultCode.MaxData, Errno.EINVAL, true), (failure.Code, failure.Errno, failure.IsRetrySafe));
    }, seeds: 1);

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void D20_Section_2_3_Given_15_of_each_kind_When_sent_Then_they_arrive_and_a_16th_is_MAXARGS(int kind) => Rig.Simulate(async rig =>
    {
        Argument[] of = [Argument.In([1]), Argument.Out(4), Argument.In((Capability?)null), Argument.OutObject];
        var all = of.SelectMany(argument => Enumerable.Repeat(argument, 15)).ToArray();
        rig.World.Next(call =>
        {
            Assert.Equal(0xFFFFu, call.Counts.Word);
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(4, all)).EnsureOk().Dispose();
        var entered = rig.World.Entered;
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(4, [.. all, of[kind]]));
        Assert.Equal((ResultCode.MaxArguments, entered), (failure.Code, rig.World.Entered));
    }, seeds: 1);

    [Fact]
    public void Section_2_2_Given_mixed_order_When_sent_Then_kinds_are_grouped_and_keep_their_order() => Rig.Simulate(async rig =>
    {
        rig.World.Next(call =>
        {
            Assert.Equal(0x0022u, call.Counts.Word);
            Assert.Equal([1, 2], [call.Input(0)[0], call.Input(1)[0]]);
            call.Output(0, 8).Output(1, 9, 9).Complete();
        });
        using var reply = await rig.Mink.Root.InvokeAsync(4, Argument.Out(1), Argument.In([1]), Argument.Out(4), Argument.In([2]));
        Assert.Equal([8], reply.Output(0).ToArray());
        Assert.Equal([9, 9], reply.Output(1).ToArray());
    }, seeds: 1);

    [Fact]
    public void Section_6_Given_an_interrupted_call_When_issued_again_Then_x0_is_1_and_x6_as_returned() => Rig.Simulate(async rig =>
    {
        rig.World.Next(async call =>
        {
            await call.ReturnAsync(new SmcRegisters { X0 = 1, X6 = 0x1234 });
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(4)).EnsureOk().Dispose();
        var again = rig.World.Records[1].Registers;
        Assert.Equal((1UL, 0x1234UL, 0x224UL, rig.World.Records[0].Registers.X2), (again.X0, again.X6, again.X1, again.X2));
    }, seeds: 2);

    [Fact]
    public void Section_6_Given_a_busy_monitor_When_it_frees_up_at_the_22nd_call_Then_the_call_works_and_else_it_is_EBUSY() => Rig.Simulate(async rig =>
    {
        async Task Busy(MinkActors.Emulator.ScriptedCall call, int times)
        {
            for (var i = 0; i < times; i++) await call.ReturnAsync(SmcCall.Failed(SmcCall.StatusBusy));
        }
        var start = rig.Actors.Time.GetTimestamp();
        rig.World.Next(async call =>
        {
            await Busy(call, 21);
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(4)).EnsureOk().Dispose();
        rig.Took(TimeSpan.FromMilliseconds(630), start);
        rig.World.Next(async call =>
        {
            await Busy(call, 21);
            call.Fail(SmcCall.StatusBusy);
        });
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(4));
        Assert.Equal((Errno.EBUSY, ResultCode.Busy, true), (failure.Errno, failure.Code, failure.IsRetrySafe));
    }, seeds: 2);

    [Fact]
    public void Section_1_Given_a_call_refused_before_sending_When_the_next_is_made_Then_S_sees_none_of_its_bytes() => Rig.Simulate(async rig =>
    {
        var secret = Enumerable.Repeat((byte)0xEE, 3000).ToArray();
        await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(0xFFFF, Argument.In(secret)));
        rig.Mink.Root.Call(3, ArgumentCounts.TryCreate(1, 0, 0, 0, out var one, out _) ? one : default).In(secret).Abandon();
        rig.World.Next(call =>
        {
            Assert.True(call.Inbound.PeerRead.IndexOf((byte)0xEE) < 0);
            Assert.True(call.Outbound.PeerRead.IndexOfAnyExcept((byte)0) < 0);
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(4, Argument.Out(3000))).EnsureOk().Dispose();
    }, seeds: 1);

    private sealed class Choosy : IMinkObject, IOperationFilter
    {
        public List<int> Seen { get; } = [];

        public bool Supports(Operation operation) => operation.Method is 1 or 2;

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            Seen.Add(call.Operation.Method);
            return new ValueTask<ResultCode>(ResultCode.Ok);
        }
    }
}
