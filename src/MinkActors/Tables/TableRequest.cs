using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>What an invocation asks of the object table in one turn. The invocation owns one and uses it for every question it asks.</summary>
/// <remarks>
/// One turn does all that needs a turn, so that what was looked up is held before anything else can happen to it (spec/11 I-05).
/// The releases that ride along are applied in the same turn, on the side of the look-up that the specification says.
/// </remarks>
internal sealed class TableRequest(Actor replyTo) : Message
{
    private readonly Actor _replyTo = replyTo;
    private uint[] _releases = [];
    private object? _askedOn;       // stays when the question is answered: mostly the next is asked on the same
    private bool _isAsking;
    private bool _isAnswered;
    private State _state;

    /// <summary>Asks, in a turn of the asker's. True when the answer is here already, because the table was free and took its turn
    /// on this stack; otherwise it comes as a message.</summary>
    /// <param name="table">The table.</param>
    /// <param name="run">What the asker's turn runs on; null when it does not know.</param>
    public bool Ask(ObjectTable table, object? run)
    {
        if (!ReferenceEquals(_askedOn, run)) _askedOn = run;
        (_isAsking, _isAnswered) = (true, false);
        table.TellLast(this, run);
        _isAsking = false;
        return _isAnswered;
    }

    /// <summary>The table has done it, in a turn that runs on <paramref name="run"/>.</summary>
    public void GiveBack(object? run)
    {
        // The same run inside Ask: the asker waits below on this stack. On any other thread this compares unequal, whatever is read.
        if (run is not null && _isAsking && ReferenceEquals(_askedOn, run)) _isAnswered = true;
        else _replyTo.Tell(this);
    }

    public TableStep Step { get => _state.Step; set => _state.Step = value; }

    /// <summary>Ids that S gave up, copied out of the shared area.</summary>
    public ReadOnlySpan<uint> Releases => _releases.AsSpan(0, ReleaseCount);

    public int ReleaseCount => _state.ReleaseCount;

    /// <summary>Callback request: the target's id, and then the object, with one reference taken for whoever asked to take over.</summary>
    public ObjectId TargetId { get; set; }
    public MinkObject? Target { get; set; }

    /// <summary>Ids and objects of one message, by position. Export: objects in, ids out. Resolve: ids in, objects out, one reference each.</summary>
    public IdSlots Ids;
    public ObjectSlots<MinkObject> Objects;
    public int Count { get => _state.Count; set => _state.Count = value; }

    /// <summary>For <see cref="TableStep.CountRequest"/>: RETAIN rather than RELEASE.</summary>
    public bool IsRetain { get => _state.IsRetain; set => _state.IsRetain = value; }

    public TableOutcome Outcome { get => _state.Outcome; set => _state.Outcome = value; }

    /// <summary>Puts down one of the objects that a message takes to S. True for one of ours, which needs an id; those of S have theirs.</summary>
    public bool Offer(int index, MinkObject? target)
    {
        Objects[index] = target;
        Ids[index] = target is SecureObject secure ? secure.Id : ObjectId.Null;
        return target is not (null or SecureObject);
    }

    public void AddRelease(uint id)
    {
        if (ReleaseCount == _releases.Length) Array.Resize(ref _releases, Math.Max(16, ReleaseCount * 2));
        _releases[_state.ReleaseCount++] = id;
    }

    /// <summary>Names each reference on its way from the table to the invocation; for the ledger. Objects of an export are only lent.</summary>
    public void CollectReferences(Action<MinkObject> holds)
    {
        if (Step is TableStep.Export or TableStep.Withdraw) return;
        if (Target is { } target) holds(target);
        for (var i = 0; i < Count; i++)
        {
            if (Objects[i] is { } known) holds(known);
        }
    }

    /// <summary>Forgets the last question.</summary>
    public void Reset()
    {
        for (var i = 0; i < Count; i++) Objects[i] = null;
        _state = default;
    }

    /// <summary>What has to be forgotten between two questions, together.</summary>
    private struct State
    {
        public int Count;
        public int ReleaseCount;
        public TableStep Step;
        public TableOutcome Outcome;
        public bool IsRetain;
    }
}

/// <summary>What the table is asked for.</summary>
internal enum TableStep : byte
{
    /// <summary>Only the releases.</summary>
    Release,
    /// <summary>Ids for the callback objects of a message that is about to be sent.</summary>
    Export,
    /// <summary>The ids of a message that never reached S are taken back, with S's references.</summary>
    Withdraw,
    /// <summary>Target and input objects of a callback request.</summary>
    ResolveRequest,
    /// <summary>Output objects of a direct reply.</summary>
    ResolveReply,
    /// <summary>RELEASE or RETAIN sent as a callback request (spec/01 section 5, rows 28 and 29).</summary>
    CountRequest,
}

internal enum TableOutcome : byte
{
    Done,
    /// <summary>No id is free (-ENOSPC); none was taken.</summary>
    NoIds,
    /// <summary>The target names nothing of ours.</summary>
    UnknownTarget,
    /// <summary>An object argument names nothing. Those that resolved are in their slots, to be put.</summary>
    UnknownObject,
}

/// <summary>Room for the ids of one kind in one message.</summary>
[System.Runtime.CompilerServices.InlineArray(ArgumentCounts.MaxOfAKind)]
internal struct IdSlots
{
    private ObjectId _first;
}
