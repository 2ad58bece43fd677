using MinkActors.Sisters;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Testing;

/// <summary>A driver of OP-TEE beside a scenario's world, with the faults of the run on its way and in its memory, and what must hold at its end.</summary>
internal sealed class SimulatedOpTee
{
    private readonly SimulatedWorld _world;
    private readonly List<FaultySharedMemory> _memories = [];
    private int _begun;
    private int _ended;

    private SimulatedOpTee(SimulatedWorld world) => _world = world;

    public OpTeeSystem System { get; private set; } = null!;

    /// <param name="world">The scenario's.</param>
    /// <param name="configure">Names the other side.</param>
    /// <param name="isGuest">Its memory may be pinned below it.</param>
    public static async Task<SimulatedOpTee> StartAsync(SimulatedWorld world, Action<OpTeeOptions> configure, bool isGuest = false)
    {
        var made = new SimulatedOpTee(world);
        made.System = await OpTeeSystem.StartAsync(options =>
        {
            options.UseActors(world.Actors);
            // A message lost, or a resume that came twice and too late, wedges an application: waiting has to have an end.
            options.Limits = new SisterLimits { Slots = 4, Deadline = TimeSpan.FromMinutes(1), Rounds = 2000 };
            configure(options);
            options.WrapMemory(memory =>
            {
                made._memories.Add(new FaultySharedMemory(memory, world.Faults, world.Violated) { MayBePinned = isGuest });
                return made._memories[^1];
            });
            options.WrapSecureWorld((inner, context) => new FaultyOpTee(inner, context, world.Faults));
        });
        return made;
    }

    /// <summary>A call that may fail only for a fault, or where the scenario brings it about; null then.</summary>
    public async Task<T?> TryAsync<T>(Func<Task<T>> call, bool mayFail = false) where T : class
    {
        _begun++;
        try
        {
            return await call();
        }
        catch (Exception failure) when (failure is MinkTransportException or OpTeeResultException or ObjectDisposedException)
        {
            _world.Require(mayFail || _world.Faults.Fired.Count > 0, $"A call failed though nothing went wrong: {failure.Message}");
            return null;
        }
        finally
        {
            _ended++;
        }
    }

    /// <summary>Stops the driver: in time, with every caller told, and with nothing left over on this side.</summary>
    /// <param name="isAlone">The other side has left meanwhile, or may have: what it had seen is lost.</param>
    public async Task SettleAsync(bool isAlone = false)
    {
        var start = _world.Actors.Elapsed;
        var left = await System.StopAsync();
        if (!_world.Faults.StepTakesTime) _world.Insist(_world.Actors.Elapsed - start <= new OpTeeOptions().StopDeadline, $"The driver took {(_world.Actors.Elapsed - start).TotalSeconds} s to stop");
        _world.Insist(_begun == _ended, $"{_begun} calls were begun and {_ended} ended");
        _world.Insist(System.RpcBuffers == 0, $"{System.RpcBuffers} RPC buffers are alive behind a stop");
        _world.Insist(left.Calls == 0 || _world.Faults.BooksMayDiffer, $"{left.Calls} calls have not ended");
        _world.Require(left.IsClean || isAlone, $"After a stop something is alive: {left}");
        _world.Require(System.Domain.Notifications.Waiting == 0, $"{System.Domain.Notifications.Waiting} calls wait for a notification behind a stop");
        _world.Require(_memories.TrueForAll(memory => memory.Live.Count == 0), $"{_memories.Sum(memory => memory.Live.Count)} regions are still shared");
    }
}
