using MinkActors.Actors;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>Who awaits an answer goes on right behind the turn that brought it; what he does then is his own affair.</summary>
public sealed class BlockingCallerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Given_a_caller_who_goes_on_with_his_answer_When_he_blocks_on_the_next_call_Then_that_is_answered(bool inline)
    {
        await using var mink = await MinkSystem.StartAsync(o => o.UseActors(new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = inline })).UseEmulator());
        var blocked = 0;
        for (var round = 0; round < 100; round++)
        {
            (await mink.Root.InvokeAsync(0xFFF)).Dispose();
            if (BlockOn(mink.Root)) blocked++;
        }

        Assert.Equal(100, blocked);
    }

    [Fact]
    public async Task Given_no_inline_turns_When_a_call_fails_Then_the_caller_who_awaits_it_is_told()
    {
        await using var mink = await MinkSystem.StartAsync(o => o.UseActors(new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = false })).UseEmulator());

        await Assert.ThrowsAsync<MinkTransportException>(() => mink.Root.InvokeAsync(0x10000).AsTask());
        Assert.Equal(Protocol.ResultCode.Invalid, (await mink.Root.InvokeAsync(0xFFF)).Code);
    }

    private static bool BlockOn(Capability target)
    {
        var next = target.InvokeAsync(0xFFF).AsTask();
        if (!next.Wait(Hang.Max)) return false;
        next.Result.Dispose();
        return true;
    }
}
