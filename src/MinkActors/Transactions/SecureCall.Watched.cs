using System.Diagnostics;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>What activities and metrics see of a transaction. Who begins to listen sees the calls that start from then on; every method returns at once for the others.</summary>
internal sealed partial class SecureCall
{
    private Activity? _activity;
    private Activity? _callbackActivity;
    private ActivityContext _parent;
    private long _startedAt;
    private long _queuedAt;
    private long _enteredAt;
    private long _callbackAt;
    private bool _isCounted;
    private bool _isWatched;

    private void WatchStart()
    {
        _isWatched = _link.Metrics.IsWatched;
        if (_isWatched) NoteStart();
    }

    private void NoteStart()
    {
        _startedAt = _link.Metrics.Now();
        _queuedAt = 0;
        _parent = MinkMetrics.Source.HasListeners() && Activity.Current is { } current ? current.Context : default;
    }

    private void WatchQueued()
    {
        if (_isWatched) _queuedAt = _link.Metrics.Now();
    }

    private void WatchSubmit()
    {
        if (_isWatched) NoteSubmit();
    }

    private void NoteSubmit()
    {
        _link.Metrics.Took("queue", _queuedAt);
        _isCounted = _link.Metrics.Entered();
        if (!MinkMetrics.Source.HasListeners()) return;
        _activity = Begin(_link.ActivityName, ActivityKind.Client, _parent);
        _activity?.SetTag("mink.target", _protocol.TargetName).SetTag("mink.method", _protocol.Method);
    }

    private void WatchEnter()
    {
        if (_isWatched) NoteEnter();
    }

    private void NoteEnter()
    {
        _link.Metrics.RoundTrip();
        _enteredAt = _link.Metrics.Now();
    }

    private void WatchReturn()
    {
        if (_isWatched) _link.Metrics.Took("secure", _enteredAt);
    }

    /// <summary>A helper is at work: an object of ours, a listener, a service.</summary>
    public void HelperBegins(Actor helper, int method)
    {
        if (_isWatched) NoteHelper(helper, method);
    }

    private void NoteHelper(Actor helper, int method)
    {
        _callbackAt = _link.Metrics.Now();
        if (_activity is null) return;
        _callbackActivity = Begin("mink.callback", ActivityKind.Server, _activity.Context);
        _callbackActivity?.SetTag("mink.target", helper.Name).SetTag("mink.method", method);
    }

    /// <summary>Its answer is written.</summary>
    public void HelperAnswered(ResultCode result)
    {
        if (_isWatched) NoteAnswer(result);
    }

    private void NoteAnswer(ResultCode result)
    {
        _link.Metrics.Callback(result);
        _link.Metrics.Took("callback", _callbackAt);
        _callbackAt = 0;
        _callbackActivity?.SetTag("mink.result", (int)result).Stop();
        _callbackActivity = null;
    }

    private void WatchEnd(ResultCode result, MinkTransportException? failure)
    {
        if (_isWatched) NoteEnd(result, failure);
    }

    private void NoteEnd(ResultCode result, MinkTransportException? failure)
    {
        if (_isCounted) _link.Metrics.Left();
        _isCounted = false;
        _link.Metrics.Took("total", _startedAt);
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
