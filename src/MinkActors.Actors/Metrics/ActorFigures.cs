namespace MinkActors.Actors.Metrics;

/// <summary>The running counts of all actors of one name.</summary>
internal sealed class ActorFigures(string name)
{
    private long _messages, _receiveTicks, _mailboxTicks, _depth, _depthMax;

    public void Sent()
    {
        var depth = Interlocked.Increment(ref _depth);
        var max = Volatile.Read(ref _depthMax);
        while (depth > max)
        {
            var seen = Interlocked.CompareExchange(ref _depthMax, depth, max);
            if (seen == max) break;
            max = seen;
        }
    }

    public void Taken(long mailboxTicks)
    {
        Interlocked.Decrement(ref _depth);
        Interlocked.Add(ref _mailboxTicks, mailboxTicks);
    }

    public void Received(long receiveTicks)
    {
        Interlocked.Increment(ref _messages);
        Interlocked.Add(ref _receiveTicks, receiveTicks);
    }

    public ActorFiguresSnapshot Snapshot(TimeProvider time) => new(
        name,
        Volatile.Read(ref _messages),
        time.GetElapsedTime(0, Volatile.Read(ref _receiveTicks)),
        time.GetElapsedTime(0, Volatile.Read(ref _mailboxTicks)),
        Volatile.Read(ref _depth),
        Volatile.Read(ref _depthMax));
}
