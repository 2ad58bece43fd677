using MinkActors.Actors;
using MinkActors.Emulator.Tests.Applications;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>Applications that end in the middle of calls, under many interleavings.</summary>
public class LifeUnderSeedsTests
{
    private const string Name = "probe";

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(0, 200).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Given_calls_with_callbacks_When_the_application_crashes_among_them_Then_each_call_ends_once_and_nothing_is_left(ulong seed)
    {
        await using var actors = new SimulationActorSystem(new SimulationOptions { Seed = seed });
        EmulatedSecureWorld? secure = null;
        var mink = await MinkSystem.StartAsync(o => o.UseActors(actors).UseEmulator(e => e.Load(Name, () => new ProbeApp()).Started = w => secure = w));
        var ends = new List<ResultCode>();
        var callback = new Callback();

        async Task CallAsync(Application app, int index)
        {
            using var exported = mink.Export(callback);
            using var reply = (index % 3) switch
            {
                0 => await app.InvokeAsync(ProbeApp.CallBack, Argument.In(exported)),
                1 => await app.InvokeAsync(ProbeApp.CallOther, Argument.In(app.Object), Argument.In(exported)),
                _ => await app.InvokeAsync(index == 5 ? ProbeApp.CrashNow : ProbeApp.Answer),
            };
            ends.Add(reply.Code);
        }

        actors.Run(async () =>
        {
            await using (var env = await mink.OpenClientEnvAsync(1, DateTimeOffset.UnixEpoch))
            await using (var app = await env.LoadAppAsync(Name)) await Task.WhenAll(Enumerable.Range(0, 12).Select(index => CallAsync(app, index)));
            await mink.DrainReleasesAsync();
        });
        // Code whose call ended without it may still be on its way to its own end.
        actors.RunUntilIdle();

        Assert.Equal(12, ends.Count);
        Assert.All(ends, code => Assert.True(code is ResultCode.Ok or ResultCode.Defunct, code.ToString()));
        Assert.Contains(ResultCode.Defunct, ends);
        Assert.True(mink.GetLiveReferences().IsClean, mink.GetLiveReferences().ToString());
        Assert.Equal("nothing is alive", secure!.ToString());
    }

    [Fact]
    public async Task Given_the_root_When_it_is_disposed_Then_it_and_every_report_work_as_before()
    {
        await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());
        using var callback = mink.Export(new Callback());

        mink.Root.Dispose();

        Assert.Single(mink.GetLiveReferences().References);
        await using var env = await mink.OpenClientEnvAsync(1);
        Assert.Equal(2, mink.GetLiveReferences().References.Count);
    }
}
