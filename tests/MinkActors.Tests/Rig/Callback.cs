using MinkActors.Protocol;

namespace MinkActors.Tests;

/// <summary>A callback object that does what a test says, and counts.</summary>
internal class Callback(Func<IncomingCall, ValueTask<ResultCode>>? serve = null) : IMinkObject
{
    private readonly TaskCompletionSource _released = new();
    private int _calls;
    private int _releases;

    public Callback(Func<IncomingCall, ResultCode> serve) : this(call => new ValueTask<ResultCode>(serve(call))) { }

    public int Calls => _calls;

    public int Releases => _releases;

    public Task WhenReleased => _released.Task;

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        Interlocked.Increment(ref _calls);
        return serve?.Invoke(call) ?? new ValueTask<ResultCode>(ResultCode.Ok);
    }

    public void Released()
    {
        Interlocked.Increment(ref _releases);
        _released.TrySetResult();
    }
}

/// <summary>One that is told what became of its answers.</summary>
internal sealed class NotifiedCallback(Func<IncomingCall, ValueTask<ResultCode>>? serve = null) : Callback(serve), IReplyNotified
{
    public NotifiedCallback(Func<IncomingCall, ResultCode> serve) : this(call => new ValueTask<ResultCode>(serve(call))) { }

    public List<bool> Notices { get; } = [];

    public void ReplyDelivered(bool received) => Notices.Add(received);
}
