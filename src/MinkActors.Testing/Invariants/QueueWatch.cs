namespace MinkActors.Testing;

/// <summary>I-16: calls that wait for one object are served in the order in which they came; who leaves the queue leaves the others as they stood.</summary>
internal sealed class QueueWatch(Action<string, string> violated)
{
    private readonly Dictionary<HostedObject, List<IncomingCall>> _queues = new(ReferenceEqualityComparer.Instance);
    private readonly List<IncomingCall> _now = [];

    public void Check(HostedObject hosted)
    {
        var first = RuntimeState.Waiting(hosted);
        if (!_queues.TryGetValue(hosted, out var before))
        {
            if (first is null) return;
            _queues[hosted] = before = [];
        }
        _now.Clear();
        for (var at = first; at is not null; at = at.NextWaiting) _now.Add(at);
        // What stood before and still stands comes first, in the old order; what is new comes behind.
        var next = 0;
        foreach (var call in before)
        {
            if (next < _now.Count && ReferenceEquals(_now[next], call)) next++;
            else if (_now.Contains(call))
            {
                violated("I-16", $"A call that waits for {hosted.Name} was overtaken");
                break;
            }
        }
        before.Clear();
        before.AddRange(_now);
    }
}
