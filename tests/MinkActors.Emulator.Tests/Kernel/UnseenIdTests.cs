using MinkActors.Emulator.Tests.Applications;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>An object that is handed over stays an id in the secure world until its code looks at it.</summary>
public sealed class UnseenIdTests
{
    private const int Arguments = 2;

    [Fact]
    public async Task Given_objects_handed_over_When_the_code_looks_at_none_Then_none_is_made_and_each_id_goes_back_with_the_answer()
    {
        var (made, unseen) = (-1, -1);
        await Run(call => ResultCode.Ok, (domain, _) =>
        {
            (made, unseen) = (domain.Callbacks.Count, domain.Threads.UnseenIds().Count());
        });

        Assert.Equal((0, Arguments), (made, unseen));
    }

    [Fact]
    public async Task Given_objects_handed_over_When_the_code_looks_at_one_Then_that_one_is_made_once()
    {
        var (made, unseen, isSame) = (-1, -1, false);
        await Run(call => ResultCode.Ok, (domain, call) =>
        {
            isSame = ReferenceEquals(call.InputObject(1), call.InputObject(1));
            (made, unseen) = (domain.Callbacks.Count, domain.Threads.UnseenIds().Count());
        });

        Assert.Equal((1, Arguments - 1, true), (made, unseen, isSame));
    }

    [Fact]
    public async Task Given_objects_handed_over_When_the_code_fails_Then_each_id_goes_back_all_the_same() =>
        await Run(call => throw new MinkException(ResultCode.Busy), (_, _) => { });

    /// <summary>Hands two callback objects to the root's code, and checks that nothing of them is left when the answer is there.</summary>
    private static async Task Run(Func<IncomingCall, ResultCode> code, Action<SecureDomain, IncomingCall> look)
    {
        SecureDomain? domain = null;
        await using var mink = await MinkSystem.StartAsync(o => o.UseSecureWorld(context =>
        {
            var made = domain = new SecureDomain(context, new MinkLimits { CallbackDeadline = null }, threads: 1, objects: 8);
            made.Root = (SecureObjectHost)made.Export(new Looking(call =>
            {
                look(made, call);
                return code(call);
            })).Detach()!;
            return new EmulatedSecureWorld(made);
        }));
        using (var first = mink.Export(new Callback()))
        using (var second = mink.Export(new Callback())) (await mink.Root.InvokeAsync(1, Argument.In(first), Argument.In(second))).Dispose();

        Assert.Equal((0, 0, 0, 0), (domain!.Callbacks.Count, domain.Threads.UnseenIds().Count(), domain.Releases.Count, mink.Domain.Table.Count));
        Assert.True(mink.GetLiveReferences().IsClean, mink.GetLiveReferences().ToString());
    }

    private sealed class Looking(Func<IncomingCall, ResultCode> code) : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => new(code(call));
    }
}
