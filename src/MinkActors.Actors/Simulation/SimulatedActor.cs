using MinkActors.Actors.Lifecycle;

namespace MinkActors.Actors;

/// <summary>What the simulation keeps of each actor.</summary>
internal sealed class SimulatedActor : ActorRecord
{
    private readonly List<Channel> _channels = [];
    private string? _label;

    public SimulatedActor(ActorSystem system, Actor owner, int ordinal) : base(system, owner, owner.TurnPlacement)
    {
        Ordinal = ordinal;
        Urgent = new Channel(this, -1);
    }

    /// <summary>1 and up in the order spawned: the same in every run of the program.</summary>
    public int Ordinal { get; }

    /// <summary>Starting or parked: messages queue up, nothing is delivered.</summary>
    public bool IsHeld;

    public bool IsClosed;

    /// <summary>For the signal that ends a parking; delivered before all else.</summary>
    public Channel Urgent { get; }

    public List<Channel> Channels => _channels;

    public string Label => _label ??= Name ?? $"{Owner.GetType().Name}#{Ordinal}";

    public Channel ChannelFrom(int sender)
    {
        foreach (var channel in _channels)
        {
            if (channel.Sender == sender) return channel;
        }
        var made = new Channel(this, sender);
        _channels.Add(made);
        return made;
    }
}

/// <summary>The messages on their way from one sender to one actor, oldest first.</summary>
internal sealed class Channel(SimulatedActor target, int sender)
{
    private Message? _first, _last;

    public SimulatedActor Target => target;

    public int Sender => sender;

    public bool IsEmpty => _first is null;

    public void Add(Message message)
    {
        if (_last is null) _first = message;
        else _last.Next = message;
        _last = message;
    }

    public Message Take()
    {
        var message = _first!;
        _first = message.Next;
        if (_first is null) _last = null;
        message.Next = null;
        return message;
    }
}
