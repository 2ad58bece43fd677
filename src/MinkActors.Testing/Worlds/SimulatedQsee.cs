using MinkActors.Emulator.Qsee;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Testing;

/// <summary>A QSEECOM system beside a scenario's world: the emulated QSEE with faults on the way, and what must hold at the end.</summary>
internal sealed class SimulatedQsee
{
    private readonly SimulatedWorld _world;
    private FaultyQsee _link = null!;
    private EmulatedQsee _qsee = null!;
    private int _begun;
    private int _ended;

    private SimulatedQsee(SimulatedWorld world) => _world = world;

    public QseecomSystem System { get; private set; } = null!;

    /// <summary>Null when the link did not let the system come up.</summary>
    public static async Task<SimulatedQsee?> StartAsync(SimulatedWorld world, int phase, Action<QseeOptions> configure)
    {
        var qsee = new SimulatedQsee(world);
        qsee.System = await QseecomSystem.StartAsync(options =>
        {
            options.UseActors(world.Actors);
            options.ReentrancyPhase = phase;
            options.Limits = new Sisters.SisterLimits { Deadline = TimeSpan.FromMinutes(1), Rounds = 200 };
            options.UseEmulatedQsee(made =>
            {
                made.Started = emulated => qsee._qsee = emulated;
                configure(made);
            });
            options.WrapSecureWorld((inner, context) => qsee._link = new FaultyQsee(inner, context, world.Faults, (invariant, what) => world.Require(false, $"{invariant}: {what}")));
        });
        if (qsee.System.Availability == QseecomAvailability.Available) return qsee;
        world.Require(world.Faults.Fired.Count > 0, "QSEECOM did not come up though nothing went wrong");
        await qsee.System.DisposeAsync();
        return null;
    }

    /// <summary>Something that may fail only for a fault, or for a reason of its own; true when it did not.</summary>
    /// <param name="code">The calls.</param>
    /// <param name="allowed">Errors that the scenario brings about itself.</param>
    public async Task<bool> TryAsync(Func<Task> code, params QseecomErrno[] allowed)
    {
        _begun++;
        try
        {
            await code();
            return true;
        }
        catch (QseecomException failure)
        {
            _world.Require(_world.Faults.Fired.Count > 0 || allowed.Contains(failure.Errno), $"A call failed though nothing went wrong: {failure.Message}");
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _ended++;
        }
    }

    /// <summary>Stops the system: no call is lost, nothing is alive on either side, and QSEE gave every application back.</summary>
    public async Task SettleAsync()
    {
        var left = await System.StopAsync();
        _world.Require(_begun == _ended, $"{_begun} calls were begun and {_ended} ended");
        // An application that waits for ever for an answer that was refused keeps its listener from being deregistered.
        if (_link.LeftSomebody) return;
        _world.Require(left.Calls == 0, $"{left.Calls} calls never ended");
        _world.Require(left.IsClean, $"After a stop something is alive: {left}");
        _world.Require(_qsee.IsClean, $"QSEE has {_qsee.LiveSessions} calls open and {_qsee.Listeners.Count} listeners");
    }
}
