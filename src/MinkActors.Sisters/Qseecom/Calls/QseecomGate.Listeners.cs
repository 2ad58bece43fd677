using MinkActors.Actors;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>The listeners by id, and the calls that sleep in QSEE. Everything between a call and a listener goes through here, so that it arrives in order.</summary>
internal sealed partial class QseecomGate
{
    private readonly Dictionary<ulong, ListenerActor> _listeners = [];
    private readonly HashSet<ulong> _gone = [];
    private readonly List<ReserveListener> _reserving = [];
    private readonly Queue<SleepInQsee> _sleeping = [];
    private int _wakes;

    /// <summary>Registered listeners. Exact only when nothing runs.</summary>
    public IReadOnlyList<uint> ListenerIds => [.. _listeners.Values.Select(listener => listener.Id).Order()];

    private void ReceiveForListeners(Message message)
    {
        switch (message)
        {
            case ListenerWork work: Help(work); break;
            case ListenerWork.Note note: note.Work.Listener?.Tell(note); break;
            case ReserveListener reserve: Reserve(reserve); break;
            case ReserveListener.Cancel cancel when _reserving.Remove(cancel.Reserve): cancel.Reserve.Reply(cancel.Errno); break;
            case RemoveListener remove: Remove(remove); break;
            case ListListeners list: list.Reply([.. _listeners.Values.OrderBy(listener => listener.Id)]); break;
            case SleepInQsee sleep: _sleeping.Enqueue(sleep); WakeSleepers(); break;
            case Woken: _wakes++; WakeSleepers(); break;
        }
    }

    /// <summary>The call is held from here on. A listener that is not there cannot help it.</summary>
    private void Help(ListenerWork work)
    {
        work.Call.Admission!.IsHeld = true;
        if (_listeners.TryGetValue(work.ListenerId, out var listener))
        {
            work.Listener = listener;
            listener.Tell(work);
        }
        // QSEE asked before it was told that the listener leaves: the application unwinds as if it were here still.
        else if (_gone.Contains(work.ListenerId)) work.EndAsLeft();
        else work.End(WorkOutcome.Unknown);
        // A call to QSEE that is held no longer keeps applications from beginning.
        Pump();
    }

    private void Reserve(ReserveListener reserve)
    {
        if (!_listeners.TryGetValue(reserve.Listener.Id, out var taken))
        {
            _listeners.Add(reserve.Listener.Id, reserve.Listener);
            reserve.Reply(QseecomErrno.Ok);
        }
        else if (taken.IsLeaving) _reserving.Add(reserve);
        else reserve.Reply(QseecomErrno.EBUSY);
    }

    /// <summary>The listener is deregistered, or dropped though QSEE refused that. Whoever waited for its id goes on, in order.</summary>
    private void Remove(RemoveListener remove)
    {
        if (_listeners.TryGetValue(remove.Listener.Id, out var known) && known == remove.Listener) _listeners.Remove(remove.Listener.Id);
        _gone.Add(remove.Listener.Id);
        System.Stop(remove.Listener);
        var waiting = _reserving.FindAll(reserve => reserve.Listener.Id == remove.Listener.Id);
        _reserving.RemoveAll(waiting.Contains);
        foreach (var reserve in waiting) Reserve(reserve);
        remove.Reply(true);
    }

    /// <summary>A wake is counted, so that one that comes before its sleeper is not missed (spec/11 I-07).</summary>
    private void WakeSleepers()
    {
        while (_wakes > 0 && _sleeping.TryDequeue(out var sleep))
        {
            _wakes--;
            sleep.Call.Tell(sleep);
        }
    }

    /// <summary>Asks for a listener's id: granted, taken, or after the one that is leaving has left.</summary>
    internal sealed class ReserveListener(ListenerActor listener) : Request<QseecomErrno>
    {
        public ListenerActor Listener => listener;

        /// <summary>The wait for the one that leaves is over, unless it has ended.</summary>
        internal sealed class Cancel(ReserveListener reserve, QseecomErrno errno) : Message
        {
            public ReserveListener Reserve => reserve;
            public QseecomErrno Errno => errno;
        }
    }

    internal sealed class RemoveListener(ListenerActor listener) : Request<bool>
    {
        public ListenerActor Listener => listener;
    }

    internal sealed class ListListeners : Request<List<ListenerActor>>;

    /// <summary>The call sleeps in QSEE on wait context 0, and comes back when that is woken.</summary>
    internal sealed class SleepInQsee(Actor call) : Message
    {
        public Actor Call => call;
    }

    /// <summary>Wait context 0 was woken once.</summary>
    internal sealed class Woken : Message;
}
