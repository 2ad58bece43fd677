using MinkActors.Actors;

namespace MinkActors.Sisters.Qseecom;

/// <summary>What a held call wants of a listener; told back to the call once, with the outcome.</summary>
internal sealed class ListenerWork(QseecomTransaction call, ulong listenerId, bool isRequest) : Message
{
    public QseecomTransaction Call => call;

    public ulong ListenerId => listenerId;

    /// <summary>True: serve the request in the buffer (INCOMPLETE). False: say when you are free (BLOCKED).</summary>
    public bool IsRequest => isRequest;

    /// <summary>The caller is gone already: nothing is handed over, the answer is FAILURE.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>Found by the gate.</summary>
    public ListenerActor? Listener { get; set; }

    public WorkOutcome Outcome { get; private set; }

    /// <summary>The scatter table that goes with the answer; null for the plain form.</summary>
    public SharedRegion? Table { get; set; }

    /// <summary>It has been answered; the listener's to read.</summary>
    public bool IsEnded => Outcome != WorkOutcome.None;

    public void End(WorkOutcome outcome)
    {
        Outcome = outcome;
        call.Tell(this);
    }

    /// <summary>The listener is gone before it has seen to it.</summary>
    public void EndAsLeft() => End(isRequest ? WorkOutcome.Aborted : WorkOutcome.FreeAndLeaving);

    /// <summary>It was on its way when the listener went.</summary>
    protected override void Undeliverable(ActorRef target)
    {
        if (target == Listener && !IsEnded) EndAsLeft();
    }

    public override string Describe() => $"listener work 0x{listenerId:X} {(isRequest ? "request" : "free?")} {Outcome}";

    /// <summary>How a call's dealings with a listener went on; carried by the gate in order.</summary>
    internal sealed class Note(ListenerWork work, WorkNote what) : Message
    {
        public ListenerWork Work => work;
        public WorkNote What => what;
        public override string Describe() => $"listener note {what}";
    }
}

/// <summary>What came of a call's wish.</summary>
internal enum WorkOutcome : byte
{
    None,
    /// <summary>The request was served.</summary>
    Served,
    /// <summary>The listener or the caller is gone, or the code failed.</summary>
    Aborted,
    /// <summary>There is no such listener.</summary>
    Unknown,
    /// <summary>The listener is free.</summary>
    Free,
    /// <summary>The listener is free, and leaving.</summary>
    FreeAndLeaving,
}

/// <summary>What a listener has to know of a call it dealt with.</summary>
internal enum WorkNote : byte
{
    /// <summary>The SMC that carried the answer has returned: the listener is no longer in use (Q4).</summary>
    Delivered,
    /// <summary>The call was told that the listener is free and could not use that: the next may.</summary>
    Passed,
    /// <summary>The caller is gone: the code is to end.</summary>
    Abandoned,
}
