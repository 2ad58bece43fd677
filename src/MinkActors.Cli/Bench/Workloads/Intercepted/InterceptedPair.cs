using MinkActors.Linux;
using MinkActors.Linux.Interception;

namespace MinkActors.Cli.Bench;

/// <summary>Two clients beside each other: one whose calls are served as under <c>mink run</c>, and one whose calls only move the same bytes.</summary>
internal sealed class InterceptedPair : IAsyncDisposable
{
    private readonly InterceptedWorld _world;

    private InterceptedPair(InterceptedWorld world, InterceptedClient bare, InterceptedClient served) => (_world, Bare, Served) = (world, bare, served);

    /// <summary>The floor.</summary>
    public InterceptedClient Bare { get; }

    /// <summary>The invocations.</summary>
    public InterceptedClient Served { get; }

    /// <exception cref="NotMeasurableException">Programs cannot be intercepted here, or not compiled.</exception>
    public static async Task<InterceptedPair> StartAsync()
    {
        // The doctor tries it out; what it finds missing, it says in the same words as `mink doctor`.
        if (MachineDoctor.Examine().FirstOrDefault(fact => fact.State == FactState.Missing) is { } lack) throw new NotMeasurableException($"{lack.Name}: {lack.Found}");
        using var program = new InterceptedProgram();
        InterceptedWorld? world = null;
        InterceptedClient? bare = null, served = null;
        try
        {
            world = await InterceptedWorld.StartAsync();
            bare = new InterceptedClient(program.Path, new BareDevice());
            served = new InterceptedClient(program.Path, world.Device);
            // Once each while the program's file is there: it is loaded then, and a machine that refuses the calls says so now.
            bare.Run(InterceptedClient.Null, 1);
            served.Run(InterceptedClient.Null, 1);
            return new InterceptedPair(world, bare, served);
        }
        catch (Exception failure)
        {
            bare?.Dispose();
            served?.Dispose();
            if (world is not null) await world.DisposeAsync();
            throw failure is InterceptionException ? new NotMeasurableException(failure.Message) : failure;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Bare.Dispose();
        Served.Dispose();
        await _world.DisposeAsync();
    }
}
