using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Loads;

/// <summary>Looking an id up without a turn of the table, while the table lets it die.</summary>
public sealed class LookUpLoadTests
{
    private const int Calls = 20_000;

    [Fact]
    public async Task I05_Given_ids_that_die_while_another_thread_looks_them_up_When_all_are_gone_Then_what_was_held_lived_and_each_object_ended_once()
    {
        await using var actors = new ThreadPoolActorSystem();
        var (latest, isOver, ended) = (0u, false, 0);
        var mink = await MinkSystem.StartAsync(options => options.UseActors(actors).UseSecureWorld(context =>
        {
            var secure = new SecureDomain(context, new MinkLimits(), threads: 1, objects: 1);
            secure.Root = (SecureObjectHost)secure.Export(new Served(call =>
            {
                if (call.Counts.InputObjects > 0) Volatile.Write(ref latest, call.Table.InputObject(0).Value);
            })).Detach()!;
            return new EmulatedSecureWorld(secure);
        }));
        var dead = 0;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                if (!mink.Domain.Table.TryHold(new ObjectId(Volatile.Read(ref latest)), out var held)) continue;
                if (held!.References < 1) dead++;
                held.Release();
            }
        });
        reader.Start();

        for (var i = 0; i < Calls; i++)
        {
            using var made = mink.Export(new Served(released: () => Interlocked.Increment(ref ended)));
            (await mink.Root.InvokeAsync(1, Argument.In(made))).Dispose();
        }
        Volatile.Write(ref isOver, true);
        reader.Join();

        await mink.DisposeAsync();
        Assert.Equal((0, Calls), (dead, ended));
        Assert.Equal(0, mink.Domain.Table.Count);
    }

    private sealed class Served(Action<IncomingCall>? code = null, Action? released = null) : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            code?.Invoke(call);
            return new ValueTask<ResultCode>(ResultCode.Ok);
        }

        public void Released() => released?.Invoke();
    }
}
