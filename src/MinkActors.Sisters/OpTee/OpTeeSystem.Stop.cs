using Microsoft.Extensions.Logging;

namespace MinkActors.Sisters.OpTee;

/// <summary>How a driver ends.</summary>
public sealed partial class OpTeeSystem
{
    private readonly StopOnce<OpTeeLeftovers> _stop = new();
    private CancellationTokenRegistration _gone;

    /// <summary>Stops the system within <see cref="OpTeeOptions.StopDeadline"/>, and says what was still alive.</summary>
    /// <remarks>New calls are refused and waiting callers let go; OP-TEE ends each call it has seen; then sessions and
    /// registrations are closed, notifications stopped, and cached buffers taken back. Nothing runs afterwards.</remarks>
    public Task<OpTeeLeftovers> StopAsync() => _stop.RunAsync(Stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var left = await StopAsync();
        if (!left.IsClean) StoppedWith(_domain.Sister.Context.Logger, left.ToString());
    }

    private async Task<OpTeeLeftovers> Stop()
    {
        var deadline = Task.Delay(_options.StopDeadline, Actors.Time);
        await Task.WhenAny(_domain.Sister.BeginStop(), deadline);
        await Task.WhenAny(_domain.Open.CloseAllAsync(), deadline);
        await Task.WhenAny(LeaveAsync(), deadline);
        var report = new OpTeeLeftovers(_domain.Sister.UnderWay, _domain.Open.Sessions + _domain.Open.Strays, _domain.Open.RegisteredBuffers, _domain.Buffers.Quarantined);
        _gone.Unregister();
        Actors.Stop(_domain.Notifications);
        if (_interrupt is not null) Actors.Stop(_interrupt);
        if (_domain.Supplicant is { } supplicant) Actors.Stop(supplicant);
        Actors.Stop(_fast);
        Actors.Stop(_domain.Sister.Link.Transport);
        await _world.DisposeAsync();
        _domain.FreeAll();
        _domain.Sister.Link.Metrics.Dispose();
        if (_options.OwnsActors) await Actors.DisposeAsync();
        return report;
    }

    /// <summary>The last calls (spec 09 section 9): no notifications any more, and every cached buffer back.</summary>
    private async Task LeaveAsync()
    {
        if (_interrupt is not null)
        {
            await _interrupt.Ask(new NotificationInterrupt.EndInterrupts());
            await _domain.TrySendOwnAsync(StandardCall.StopNotifications(_domain));
        }
        if (_peer.HasCache) await OpTeeStart.DrainCacheAsync(_fast, cookie => _domain.Rpc.Remove(cookie));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "OP-TEE driver: stopped with {Left}")]
    private static partial void StoppedWith(ILogger logger, string left);
}

/// <summary>What was still alive when a driver stopped.</summary>
/// <param name="Calls">Calls that OP-TEE has not ended.</param>
/// <param name="Sessions">Sessions that could not be closed.</param>
/// <param name="Buffers">Registrations that could not be ended.</param>
/// <param name="QuarantinedBytes">Memory lost to calls that ended while OP-TEE might still touch it.</param>
public sealed record OpTeeLeftovers(int Calls, int Sessions, int Buffers, long QuarantinedBytes)
{
    /// <summary>Nothing.</summary>
    public bool IsClean => Calls == 0 && Sessions == 0 && Buffers == 0 && QuarantinedBytes == 0;

    /// <inheritdoc/>
    public override string ToString() => IsClean ? "nothing" : $"{Calls} calls, {Sessions} sessions, {Buffers} registered buffers, {QuarantinedBytes} bytes of message buffers";
}
