using Akka.Actor;
using Actor = MinkActors.Actors.Actor;
using Message = MinkActors.Actors.Message;

namespace MinkActors.Akka;

/// <summary>The mailbox of one actor and its place in the Akka tree.</summary>
/// <remarks>
/// The messages are kept here rather than in Akka's mailbox, which cannot be emptied from within a turn, held while a supervisor
/// thinks, or read after its actor has died: all three are promises of the port. Akka decides when and where a turn runs.
/// <code>
/// held (starting, parked) --Release--> idle --Add--> scheduled --TryClaim--> running --nothing left--> idle
///                                                                                    --Hold--> held, --Close--> closed
/// </code>
/// </remarks>
internal sealed class AkkaCell(AkkaActorSystem engine, Actor actor) : IIndirectActorProducer, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<Message> _messages = new();
    private Message? _urgent;
    private bool _isHeld = true;
    private bool _isScheduled;
    private bool _isRunning;
    private bool _isClosed;
    private volatile bool _isOrphan;

    public Actor Actor => actor;

    /// <summary>The actor's face in Akka. Set before its first turn.</summary>
    public IActorRef Ref { get; set; } = ActorRefs.Nobody;

    /// <summary>Akka has no actor for it (any more): its last turns run on .NET's pool.</summary>
    public bool IsOrphan => _isOrphan;

    public bool IsClosed
    {
        get
        {
            lock (_gate) return _isClosed;
        }
    }

    /// <summary>False when the mailbox is closed. <paramref name="wakes"/>: the cell has to be scheduled.</summary>
    public bool TryAdd(Message message, out bool wakes)
    {
        wakes = false;
        lock (_gate)
        {
            if (_isClosed) return false;
            message.Next = message;     // says "in a mailbox"; the queue does the linking
            _messages.Enqueue(message);
            if (_isHeld || _isScheduled) return true;
            wakes = _isScheduled = true;
            return true;
        }
    }

    /// <summary>Starts a run. False for a wake-up that came in vain: there may be more of them than runs, never fewer.</summary>
    public bool TryClaim()
    {
        lock (_gate)
        {
            if (!_isScheduled || _isRunning) return false;
            return _isRunning = true;
        }
    }

    /// <summary>The next message of a run; null ends the run.</summary>
    public Message? Take()
    {
        lock (_gate)
        {
            if (_urgent is { } urgent)
            {
                _urgent = null;
                return urgent;
            }
            if (_messages.TryDequeue(out var message))
            {
                message.Next = null;
                return message;
            }
            _isRunning = _isScheduled = false;
            return null;
        }
    }

    /// <summary>Ends a run for others to have their turn; the cell has to be scheduled again.</summary>
    public void Yield()
    {
        lock (_gate) _isRunning = false;
    }

    /// <summary>Ends a run until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _isHeld = true;
            _isRunning = _isScheduled = false;
        }
    }

    /// <summary>Lets the actor live on, with <paramref name="first"/> before all else. True: the cell has to be scheduled.</summary>
    public bool Release(Message? first)
    {
        lock (_gate)
        {
            _isHeld = false;
            _urgent = first;
            return _isScheduled = first is not null || _messages.Count > 0;
        }
    }

    /// <summary>Takes everything out, to be given up.</summary>
    public Message[] Empty(bool close)
    {
        lock (_gate)
        {
            _isClosed = close;
            var all = _messages.ToArray();
            _messages.Clear();
            return all;
        }
    }

    public void Orphan() => _isOrphan = true;

    Type IIndirectActorProducer.ActorType => typeof(TurnActor);

    ActorBase IIndirectActorProducer.Produce() => new TurnActor(engine, this);

    void IIndirectActorProducer.Release(ActorBase released)
    {
    }

    void IThreadPoolWorkItem.Execute() => engine.Run(this);
}
