using System.Diagnostics;
using System.Diagnostics.Metrics;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The names under which a system can be watched: one <see cref="ActivitySource"/> and one <see cref="Meter"/>, both called <see cref="Name"/>.</summary>
/// <remarks>
/// | instrument | kind | unit, tags |
/// | --- | --- | --- |
/// | mink.invocations.in_flight | up-down counter | invocations inside or on their way into the secure world |
/// | mink.round_trips | counter | entries into the secure world |
/// | mink.callbacks | counter | callback requests answered; result |
/// | mink.invocation.duration | histogram | ms; phase = queue, secure, callback, total |
/// | mink.mailbox.depth | histogram | calls found waiting; actor = object, transport |
/// | mink.objects.live | observable | references; kind = Secure, Callback, Memory |
/// | mink.table.slots | observable | live callback ids |
/// | mink.secure_threads.in_use, mink.secure_threads.waiting | observable | slots taken, invocations waiting for one |
/// | mink.releases.pending | observable | RELEASEs not yet answered |
///
/// Activities: mink.invoke (one for each invocation that was sent), mink.callback (one for each callback request dispatched);
/// of the sister systems qseecom and optee (one for each call that was sent).
/// Nothing is measured, timed or allocated while nobody listens.
/// </remarks>
public sealed class MinkMetrics : IDisposable
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "MinkActors";

    internal static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Counter<long> _roundTrips;
    private readonly Counter<long> _callbacks;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _depth;

    /// <summary>Of a sister system: the instruments of its calls, with the tag system on their meter.</summary>
    internal MinkMetrics(TimeProvider time, string system) : this(time, new Meter(new MeterOptions(Name) { Tags = [new("system", system)] }))
    {
    }

    internal MinkMetrics(NormalDomain domain) : this(domain.Actors.Time, new Meter(Name))
    {
        _meter.CreateObservableUpDownCounter("mink.objects.live", () => LiveByKind(domain), "{reference}");
        _meter.CreateObservableGauge("mink.table.slots", () => domain.Table.Count, "{id}");
        _meter.CreateObservableGauge("mink.secure_threads.in_use", () => domain.Transport.SlotsInUse, "{thread}");
        _meter.CreateObservableGauge("mink.secure_threads.waiting", () => domain.Transport.Waiting, "{invocation}");
        _meter.CreateObservableGauge("mink.releases.pending", () => domain.Releases.Pending, "{release}");
    }

    private MinkMetrics(TimeProvider time, Meter meter)
    {
        _time = time;
        _meter = meter;
        _inFlight = _meter.CreateUpDownCounter<long>("mink.invocations.in_flight", "{invocation}");
        _roundTrips = _meter.CreateCounter<long>("mink.round_trips", "{call}");
        _callbacks = _meter.CreateCounter<long>("mink.callbacks", "{request}");
        _duration = _meter.CreateHistogram<double>("mink.invocation.duration", "ms");
        _depth = _meter.CreateHistogram<int>("mink.mailbox.depth", "{call}");
    }

    /// <summary>Whether anybody wants to know how long things take.</summary>
    internal bool TakesTime => _duration.Enabled;

    /// <summary>Whether anybody listens to what calls report, or traces them.</summary>
    internal bool IsWatched => _duration.Enabled || _roundTrips.Enabled || _inFlight.Enabled || _callbacks.Enabled || Source.HasListeners();

    /// <summary>Whether the instrument is this system's: the names are every system's.</summary>
    internal bool Owns(Instrument instrument) => instrument.Meter == _meter;

    /// <summary>Now, in timestamps of the system's clock; 0 while nobody listens.</summary>
    internal long Now() => TakesTime ? _time.GetTimestamp() : 0;

    /// <summary>True when somebody has seen it: then he has to see the end too.</summary>
    internal bool Entered()
    {
        if (!_inFlight.Enabled) return false;
        _inFlight.Add(1);
        return true;
    }

    internal void Left() => _inFlight.Add(-1);

    internal void RoundTrip()
    {
        if (_roundTrips.Enabled) _roundTrips.Add(1);
    }

    internal void Callback(ResultCode result)
    {
        if (_callbacks.Enabled) _callbacks.Add(1, new KeyValuePair<string, object?>("result", result));
    }

    internal void Took(string phase, long since)
    {
        if (since != 0 && TakesTime) _duration.Record(_time.GetElapsedTime(since).TotalMilliseconds, new KeyValuePair<string, object?>("phase", phase));
    }

    internal void FoundWaiting(string actor, int depth)
    {
        if (_depth.Enabled) _depth.Record(depth, new KeyValuePair<string, object?>("actor", actor));
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> LiveByKind(NormalDomain domain) => domain.Handles.ToList()
        .Select(handle => handle.TargetOrNull)    // others dispose of theirs meanwhile
        .OfType<MinkObject>()
        .CountBy(target => target.Kind)
        .Select(kind => new Measurement<int>(kind.Value, new KeyValuePair<string, object?>("kind", kind.Key.ToString())));
}
