using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>How a system starts and stops.</summary>
public sealed partial class QseecomSystem
{
    private static readonly ScmConvention[] Widths = [ScmConvention.Smc64, ScmConvention.Smc32];

    private readonly StopOnce<QseecomLeftovers> _stop = new();

    /// <summary>The order of spec/08 section 7: the version first, since that neither blocks nor re-enters.</summary>
    private async Task BeginAsync(CallOptions options)
    {
        Availability = QseecomAvailability.NoFirmware;
        if (_options.Convention is null && !await TryProbeAsync(options)) return;
        if (await TryFeatureAsync(QseecomLimits.FeatureQseeVersion, options) is not { } version) return;
        _driver.Version = version;
        QseecomLog.Version(_driver.Logger, version.ToString());
        if (!_options.Policy.Allows(_options.Machine))
        {
            Availability = QseecomAvailability.NotAllowed;
            QseecomLog.NotAllowed(_driver.Logger, string.Join(", ", _options.Machine));
            return;
        }
        Availability = QseecomAvailability.Available;
        if (_options.Mode == QseecomMode.Full) _driver.UsesTables = await TryFeatureAsync(QseecomLimits.FeatureScatterTable, options) is { } tables && tables.Word >= FeatureVersion.ScatterTables.Word;
        foreach (var known in _options.KnownApps) await AnnounceAsync(known, options);
    }

    /// <summary>64-bit registers first, then 32-bit ones; the buffer-based convention of old firmware is not known here (section 2).</summary>
    private async Task<bool> TryProbeAsync(CallOptions options)
    {
        foreach (var convention in Widths)
        {
            var probe = new QseecomRequest(QseecomCall.IsCallAvailable, (_, _) => [QseecomCall.IsCallAvailable.Id.ProbeArgument]) { IsFast = true, Convention = convention };
            try
            {
                if ((await _driver.RequireAsync(probe, options)).Result != 1) continue;
            }
            catch (QseecomException)
            {
                continue;
            }
            _driver.Convention = convention;
            return true;
        }
        return false;
    }

    /// <summary>The result register is the version; null when the firmware did not answer.</summary>
    private async Task<FeatureVersion?> TryFeatureAsync(uint feature, CallOptions options)
    {
        try
        {
            return FeatureVersion.From(await _driver.RequireAsync(new QseecomRequest(QseecomCall.FeatureVersion, (_, _) => [feature]), options));
        }
        catch (QseecomException)
        {
            return null;
        }
    }

    /// <summary>One application's trouble is nobody else's (spec/11 D-136).</summary>
    private async Task AnnounceAsync(KnownApp known, CallOptions options)
    {
        try
        {
            var app = await FindAsync(known.AppName, options);
            _clients.Add(new QseecomClient(known.ClientName, app, await known.Make(app)));
        }
        catch (QseecomException absent) when (absent.Errno == QseecomErrno.ENOENT)
        {
            // Not loaded on this machine: no client, and nothing to tell.
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            QseecomLog.NoClient(_driver.Logger, known.AppName, failure.Message);
        }
    }

    /// <summary>Stops the system within <see cref="QseecomOptions.StopDeadline"/>, and says what was still alive. Waiting callers get ENODEV,
    /// listeners at work are cancelled, calls unwind in QSEE, and listeners are deregistered; then nothing runs any more.</summary>
    public Task<QseecomLeftovers> StopAsync() => _stop.RunAsync(Stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var left = await StopAsync();
        if (!left.IsClean) QseecomLog.StoppedWith(_driver.Logger, left.ToString());
    }

    private async Task<QseecomLeftovers> Stop()
    {
        var deadline = Task.Delay(_options.StopDeadline, Actors.Time);
        for (var i = _clients.Count - 1; i >= 0; i--) await _clients[i].Instance.DisposeAsync();
        await Task.WhenAny(_driver.Domain.BeginStop(), deadline);
        var listeners = await _driver.Gate.Ask(new QseecomGate.ListListeners());
        await Task.WhenAny(Task.WhenAll(listeners.Select(LetGoAsync)), deadline);
        var report = new QseecomLeftovers(_driver.Domain.UnderWay, [.. (await _driver.Gate.Ask(new QseecomGate.ListListeners())).Select(listener => listener.Id)], _driver.Domain.Buffers.Quarantined);
        _driver.HasStopped = true;
        await _world.DisposeAsync();
        Variables.Stop();
        Actors.Stop(_driver.Gate);
        Actors.Stop(_driver.Domain.Link.Transport);
        foreach (var left in listeners) Actors.Stop(left);
        if (_options.OwnsActors) await Actors.DisposeAsync();
        _driver.Domain.Buffers.Dispose();
        _driver.Domain.Link.Metrics.Dispose();
        return report;
    }

    private async Task LetGoAsync(ListenerActor listener)
    {
        if (listener.TryLeave()) _ = await _driver.LetGoAsync(listener);
        else await listener.Left.Task;
    }
}

/// <summary>What was still alive when a system stopped.</summary>
/// <param name="Calls">Calls that QSEE has not ended.</param>
/// <param name="Listeners">Listeners that QSEE was not told of.</param>
/// <param name="QuarantinedBytes">Buffers lost to calls that ended while QSEE might still touch them.</param>
public sealed record QseecomLeftovers(int Calls, IReadOnlyList<uint> Listeners, long QuarantinedBytes)
{
    /// <summary>Nothing.</summary>
    public bool IsClean => Calls == 0 && Listeners.Count == 0 && QuarantinedBytes == 0;

    /// <inheritdoc/>
    public override string ToString() => IsClean ? "nothing" : $"{Calls} calls, {Listeners.Count} listeners, {QuarantinedBytes} bytes of buffers";
}
