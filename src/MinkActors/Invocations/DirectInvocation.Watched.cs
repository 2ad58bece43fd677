using System.Diagnostics;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>What activities and metrics see of a transaction. Every method returns at once while nobody listens.</summary>
internal sealed partial class DirectInvocation
{
    private Activity? _activity;
    private Activity? _callbackActivity;
    private ActivityContext _parent;
    private long _startedAt;
    private long _queuedAt;
    private long _enteredAt;
    private long _callbackAt;
    private bool _isCounted;

    private void WatchStart()
    {
        _startedAt = _domain.Metrics.Now();
        _parent = MinkMetrics.Source.HasListeners() && Activity.Current is { } current ? current.Context : default;
    }

    private void WatchQueued() => _queuedAt = _domain.Metrics.Now();

    private void WatchSubmit()
    {
        _domain.Metrics.Took("queue", _queuedAt);
        _domain.Metrics.Entered(+1);
        _isCounted = true;
        if (!MinkMetrics.Source.HasListeners()) return;
        _activity = Begin("mink.invoke", ActivityKind.Client, _parent);
        _activity?.SetTag("mink.target", Target!.Name).SetTag("mink.method", (int)Operation.Method);
    }

    private void WatchEnter()
    {
        _domain.Metrics.RoundTrip();
        _enteredAt = _domain.Metrics.Now();
    }

    private void WatchReturn() => _domain.Metrics.Took("secure", _enteredAt);

    private void WatchDispatch(MinkObject target)
    {
        _callbackAt = _domain.Metrics.Now();
        if (_activity is null) return;
        _callbackActivity = Begin("mink.callback", ActivityKind.Server, _activity.Context);
        _callbackActivity?.SetTag("mink.target", target.Name).SetTag("mink.method", (int)_callback!.Operation.Method);
    }

    private void WatchAnswer(ResultCode result)
    {
        _domain.Metrics.Callback(result);
        _domain.Metrics.Took("callback", _callbackAt);
        _callbackAt = 0;
        _callbackActivity?.SetTag("mink.result", (int)result).Stop();
        _callbackActivity = null;
    }

    private void WatchEnd(ResultCode result, MinkTransportException? failure)
    {
        if (_isCounted) _domain.Metrics.Entered(-1);
        _isCounted = false;
        _domain.Metrics.Took("total", _startedAt);
        if (_activity is not { } activity) return;
        activity.SetTag("mink.result", (int)result);
        if (failure is not null) activity.SetStatus(ActivityStatusCode.Error, failure.Message);
        activity.Stop();
        _activity = null;
    }

    /// <summary>Starts an activity without making it the thread's own: a turn is not the caller's flow of control.</summary>
    private static Activity? Begin(string name, ActivityKind kind, ActivityContext parent)
    {
        var outer = Activity.Current;
        var activity = MinkMetrics.Source.StartActivity(name, kind, parent);
        Activity.Current = outer;
        return activity;
    }
}
