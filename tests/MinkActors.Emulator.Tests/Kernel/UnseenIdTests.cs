using MinkActors.Emulator.Tests.Applications;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>An object that is handed over stays an id in the secure world until its code looks at it, and a handle of an id until the code uses it.</summary>
public sealed class UnseenIdTests
{
    private const int Arguments = 2;

    [Fact]
    public async Task Given_objects_handed_over_When_the_code_looks_at_none_Then_none_is_made_and_each_id_goes_back_with_the_answer()
    {
        var (made, unseen) = (-1, -1);
        await Run((domain, _) =>
        {
            (made, unseen) = (domain.Callbacks.Count, domain.Threads.UnseenIds().Count());
        });

        Assert.Equal((0, Arguments), (made, unseen));
    }

    [Fact]
    public async Task Given_objects_handed_over_When_the_code_looks_at_one_Then_it_gets_one_handle_and_no_object_is_made()
    {
        var (made, unseen, held, isSame) = (-1, -1, -1, false);
        await Run((domain, call) =>
        {
            isSame = ReferenceEquals(call.InputObject(1), call.InputObject(1));
            (made, unseen, held) = (domain.Callbacks.Count, domain.Threads.UnseenIds().Count(), domain.HeldIds().Count());
        });

        Assert.Equal((0, Arguments - 1, 1, true), (made, unseen, held, isSame));
    }

    [Fact]
    public async Task Given_a_handle_without_an_object_When_it_is_copied_Then_one_object_is_made_for_both()
    {
        var (made, held, isSame) = (-1, -1, false);
        await Run((domain, call) =>
        {
            var lent = call.InputObject(0)!;
            using var first = lent.Retain();
            using var second = lent.Retain();
            isSame = ReferenceEquals(first.Target, second.Target);
            (made, held) = (domain.Callbacks.Count, domain.HeldIds().Count());
        });

        Assert.Equal((1, 1, true), (made, held, isSame));
    }

    [Fact]
    public async Task Given_a_handle_without_an_object_When_its_name_is_asked_for_Then_it_is_the_ids_and_nothing_is_made()
    {
        var (name, id, made, isLive) = ("", ObjectId.Null, -1, false);
        await Run((domain, call) =>
        {
            id = call.Table.InputObject(0);
            var handle = call.InputObject(0)!;
            (name, isLive, made) = (handle.Name, handle.IsLive, domain.Callbacks.Count);
        });

        Assert.Equal(($"callback {id.Value:x8}", true, 0), (name, isLive, made));
    }

    [Fact]
    public async Task Given_a_handle_without_an_object_When_it_is_disposed_Then_its_id_goes_back_once_and_it_reaches_nothing()
    {
        Capability? handle = null;
        await Run((domain, call) =>
        {
            handle = call.TakeInput(0)!;
            handle.Dispose();
            handle.Dispose();
            Assert.Equal(1, domain.Releases.Count);
        });

        Assert.Equal((false, "(released)"), (handle!.IsLive, handle.Name));
        Assert.Throws<ObjectDisposedException>(() => handle.Retain());
    }

    [Fact]
    public async Task Given_a_handle_without_an_object_When_it_becomes_the_answer_Then_it_goes_home_under_its_id()
    {
        var isSame = false;
        SecureDomain? domain = null;
        await using var mink = await StartAsync((made, call) =>
        {
            domain = made;
            call.SetOutputObject(0, call.TakeInput(0));
            return ResultCode.Ok;
        });
        using (var sent = mink.Export(new Callback()))
        using (var reply = await mink.Root.InvokeAsync(1, Argument.In(sent), Argument.OutObject))
        using (var back = reply.TakeObject()!) isSame = ReferenceEquals(sent.Target, back.Target);

        Assert.True(isSame);
        AssertNothingLeft(mink, domain!);
    }

    [Fact]
    public async Task Given_threads_that_use_and_dispose_one_handle_at_once_When_all_are_done_Then_its_id_went_back_once()
    {
        for (var round = 0; round < 300; round++)
        {
            await Run((domain, call) =>
            {
                var handle = call.TakeInput(0)!;
                using var start = new Barrier(3);
                Parallel.Invoke(Use, Use, () =>
                {
                    start.SignalAndWait();
                    handle.Dispose();
                });
                Assert.Equal(1, domain.Releases.Count);

                void Use()
                {
                    start.SignalAndWait();
                    try
                    {
                        handle.Retain().Dispose();
                    }
                    catch (ObjectDisposedException)
                    {
                        // The other thread was first.
                    }
                }
            });
        }
    }

    [Fact]
    public async Task Given_objects_handed_over_When_the_code_fails_Then_each_id_goes_back_all_the_same() =>
        await Run((_, _) => { }, ResultCode.Busy);

    /// <summary>Hands two callback objects to the root's code, and checks that nothing of them is left when the answer is there.</summary>
    private static async Task Run(Action<SecureDomain, IncomingCall> look, ResultCode answer = ResultCode.Ok)
    {
        SecureDomain? domain = null;
        Exception? failure = null;
        await using var mink = await StartAsync((made, call) =>
        {
            domain = made;
            failure = Record.Exception(() => look(made, call));
            return answer;
        });
        using (var first = mink.Export(new Callback()))
        using (var second = mink.Export(new Callback())) (await mink.Root.InvokeAsync(1, Argument.In(first), Argument.In(second))).Dispose();

        Assert.Null(failure);
        AssertNothingLeft(mink, domain!);
    }

    private static ValueTask<MinkSystem> StartAsync(Func<SecureDomain, IncomingCall, ResultCode> serve) => MinkSystem.StartAsync(o => o.UseSecureWorld(context =>
    {
        var made = new SecureDomain(context, new MinkLimits { CallbackDeadline = null }, threads: 1, objects: 8);
        made.Root = (SecureObjectHost)made.Export(new Looking(call => serve(made, call))).Detach()!;
        return new EmulatedSecureWorld(made);
    }));

    private static void AssertNothingLeft(MinkSystem mink, SecureDomain domain)
    {
        Assert.Equal((0, 0, 0, 0), (domain.HeldIds().Count(), domain.Threads.UnseenIds().Count(), domain.Releases.Count, mink.Domain.Table.Count));
        Assert.True(mink.GetLiveReferences().IsClean, mink.GetLiveReferences().ToString());
    }

    private sealed class Looking(Func<IncomingCall, ResultCode> code) : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => new(code(call));
    }
}
