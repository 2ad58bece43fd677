using MinkActors.Actors;
using MinkActors.Emulator.Tests.Applications;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>A wrapper may enter the secure world where and when it likes.</summary>
public class WrappedWorldTests
{
    [Fact]
    public async Task Given_a_wrapper_that_enters_on_another_thread_When_code_serves_the_call_Then_it_runs_on_what_runs_there()
    {
        await using var actors = new ThreadPoolActorSystem();
        object? caller = null, callee = null;
        var root = new Callback(_ =>
        {
            callee = actors.CurrentRun;
            return new(ResultCode.Ok);
        });
        await using var mink = await KernelMink.StartAsync(actors, root, world => new Elsewhere(world, () => caller = actors.CurrentRun));

        using var reply = await mink.Root.InvokeAsync(1);

        Assert.Equal(ResultCode.Ok, reply.Code);
        Assert.NotNull(caller);
        Assert.NotNull(callee);
        Assert.NotSame(caller, callee);
    }

    private sealed class Elsewhere(ISecureWorld inner, Action entering) : ISecureWorld
    {
        public void Enter(SecureEntry entry)
        {
            entering();
            var thread = new Thread(() => inner.Enter(entry));
            thread.Start();
            thread.Join();
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
