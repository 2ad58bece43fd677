using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>What the emulated monitor lets in (spec/02 sections 6, 7.4 and 7.5).</summary>
public class MonitorTests
{
    private const int Page = RawNormalWorld.Page;

    public enum Entry
    {
        UnknownFunction, OtherArguments, FourZeros, NoInboundSize, OddInboundSize, HugeInboundSize, NoOutboundSize, OddOutboundSize,
        InboundNowhere, InboundLongerThanItsRegion, InboundInsideItsRegion, InboundGivenBack, OutboundNowhere, OutboundLongerThanItsRegion, OneBufferForBoth,
        ResponseToNobody, ResponseFromNowhere,
    }

    [Theory]
    [InlineData(Entry.UnknownFunction, SmcCall.StatusNotSupported)]
    [InlineData(Entry.OtherArguments, SmcCall.StatusBadArgument)]
    [InlineData(Entry.FourZeros, SmcCall.StatusBadArgument)]
    [InlineData(Entry.NoInboundSize, SmcCall.StatusBadArgument)]
    [InlineData(Entry.OddInboundSize, SmcCall.StatusBadArgument)]
    [InlineData(Entry.HugeInboundSize, SmcCall.StatusBadArgument)]
    [InlineData(Entry.NoOutboundSize, SmcCall.StatusBadArgument)]
    [InlineData(Entry.OddOutboundSize, SmcCall.StatusBadArgument)]
    [InlineData(Entry.InboundNowhere, SmcCall.StatusBadAddress)]
    [InlineData(Entry.InboundLongerThanItsRegion, SmcCall.StatusBadAddress)]
    [InlineData(Entry.InboundInsideItsRegion, SmcCall.StatusBadAddress)]
    [InlineData(Entry.InboundGivenBack, SmcCall.StatusBadAddress)]
    [InlineData(Entry.OutboundNowhere, SmcCall.StatusBadAddress)]
    [InlineData(Entry.OutboundLongerThanItsRegion, SmcCall.StatusBadAddress)]
    [InlineData(Entry.OneBufferForBoth, SmcCall.StatusBadAddress)]
    [InlineData(Entry.ResponseToNobody, SmcCall.StatusBadArgument)]
    [InlineData(Entry.ResponseFromNowhere, SmcCall.StatusBadArgument)]
    public async Task Given_an_entry_that_is_not_sound_When_it_is_made_Then_its_status_says_so_and_the_next_one_is_served(Entry entry, long status)
    {
        await using var normal = new RawNormalWorld(new CallsBack());

        var refused = await normal.EnterAsync(Registers(normal, entry));
        var busy = normal.World.ThreadsInUse;
        var served = await normal.InvokeAsync(normal.Request(operation: 7));

        Assert.Equal((status, 0), (refused.Status, busy));
        Assert.Equal((0L, ResultCode.Ok), (served.Status, served.Result));
        Assert.Equal(0, normal.World.ThreadsInUse);
    }

    [Fact]
    public async Task Given_an_invocation_suspended_in_a_callback_When_another_brings_its_outbound_buffer_Then_that_one_is_refused_and_the_callback_can_be_answered_once()
    {
        await using var normal = new RawNormalWorld(new CallsBack());

        var suspended = await normal.InvokeAsync(normal.Request(operation: 1, new ObjectId(0x8000_0001)));
        var intruder = await normal.InvokeAsync(normal.Request(operation: 7));
        var tooShort = await normal.EnterAsync(normal.Respond(Page / 2));
        var ended = await normal.AnswerAsync();
        var again = await normal.AnswerAsync();

        Assert.Equal((0L, SmcCall.CallbackRequest), (suspended.Status, suspended.ResponseType));
        Assert.Equal(SmcCall.StatusBadAddress, intruder.Status);
        Assert.Equal(SmcCall.StatusBadArgument, tooShort.Status);
        Assert.Equal((0L, SmcCall.Done, ResultCode.Ok), (ended.Status, ended.ResponseType, ended.Result));
        Assert.Equal(SmcCall.StatusBadArgument, again.Status);
        Assert.Equal(0, normal.World.ThreadsInUse);
    }

    private static SmcRegisters Registers(RawNormalWorld normal, Entry entry)
    {
        var inbound = normal.Request(operation: 7);
        var good = normal.Invoke(inbound);
        switch (entry)
        {
            case Entry.UnknownFunction: good.X0 = 0x7200_0603; break;
            case Entry.OtherArguments: good.X1 = SmcCall.CallbackResponseArgumentInfo; break;
            case Entry.FourZeros: good.X2 = good.X3 = good.X4 = good.X5 = 0; break;
            case Entry.NoInboundSize: good.X3 = 0; break;
            case Entry.OddInboundSize: good.X3 = Page - 8; break;
            case Entry.HugeInboundSize: good.X3 = 1UL << 32; break;
            case Entry.NoOutboundSize: good.X5 = 0; break;
            case Entry.OddOutboundSize: good.X5 = Page + 1; break;
            case Entry.InboundNowhere: good.X2 = 0x1000; break;
            case Entry.InboundLongerThanItsRegion: good.X3 = 2 * Page; break;
            case Entry.InboundInsideItsRegion: good.X2 = normal.Memory.Allocate(2 * Page)!.PhysicalAddress + Page; break;
            case Entry.InboundGivenBack: normal.Memory.Free(inbound); break;
            case Entry.OutboundNowhere: good.X4 = ulong.MaxValue - Page + 1; break;
            case Entry.OutboundLongerThanItsRegion: good.X5 = 2 * Page; break;
            case Entry.OneBufferForBoth: good.X4 = good.X2; break;
            case Entry.ResponseToNobody: return normal.Respond(Page);
            case Entry.ResponseFromNowhere: return normal.Respond(Page) with { X2 = 0x1000 };
        }
        return good;
    }

    /// <summary>Calls each object that it is given.</summary>
    private sealed class CallsBack : IMinkObject
    {
        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            for (var i = 0; i < call.Counts.InputObjects; i++)
            {
                using var reply = await call.InputObject(i)!.InvokeAsync(3);
                if (!reply.IsOk) return reply.Code;
            }
            return ResultCode.Ok;
        }
    }
}
