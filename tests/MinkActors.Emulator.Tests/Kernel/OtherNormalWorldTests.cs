using MinkActors.Emulator.Tests.Applications;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>Two secure worlds in one process, each with a normal world of its own: an id says something in one of them only.</summary>
public class OtherNormalWorldTests
{
    [Fact]
    public async Task Given_an_object_of_one_normal_world_When_code_calls_it_while_it_serves_another_Then_it_is_told_so_and_nothing_is_sent()
    {
        Capability? kept = null;
        await using var first = new RawNormalWorld(new Callback(call =>
        {
            kept = call.TakeInput(0);
            return new(ResultCode.Ok);
        }));
        await using var second = new RawNormalWorld(new Callback(async _ =>
        {
            using var reply = await kept!.InvokeAsync(3);
            return reply.Code;
        }));
        await first.InvokeAsync(first.Request(operation: 1, new ObjectId(0x8000_0001)));

        var answered = await second.InvokeAsync(second.Request(operation: 1));

        Assert.Equal((SmcCall.Done, ResultCode.Unavailable), (answered.ResponseType, answered.Result));
        kept!.Dispose();
        Assert.Equal(1, first.World.PendingReleases);
    }
}
