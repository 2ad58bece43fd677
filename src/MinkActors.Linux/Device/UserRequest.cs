namespace MinkActors.Linux.Device;

/// <summary>How far a request is (spec/03 section 9). The queue's lock guards it.</summary>
internal enum RequestState : byte
{
    /// <summary>Waits for a receiver.</summary>
    Queued,

    /// <summary>Is being copied to a receiver; nobody may answer it yet.</summary>
    HandingOver,

    /// <summary>A receiver has it: the only state in which it may be answered.</summary>
    Processing,

    /// <summary>Its answer is being read from the client.</summary>
    Answering,

    /// <summary>Its invoker is gone; it keeps the id taken until the client answers it, so that no newer request is answered by mistake.</summary>
    Placeholder,

    /// <summary>Over; its id is free.</summary>
    Ended,
}

/// <summary>One thing a client is asked: a call to a user object of its, or the notice that one is no longer held.</summary>
internal sealed class UserRequest(ulong number, IncomingCall? call)
{
    /// <summary>The client's number of the object.</summary>
    public ulong Number => number;

    /// <summary>Null for a release notice.</summary>
    public IncomingCall? Call => call;

    public bool IsNotice => call is null;

    /// <summary>Which use of the pooled call this is.</summary>
    public uint Life { get; } = call?.Life ?? 0;

    public uint Function { get; } = call?.Operation.Method ?? Abi.TeeLimits.ReleaseOperation;

    public int Arguments { get; } = call?.Counts.Total ?? 0;

    /// <summary>Lowest number that was free when it was queued.</summary>
    public int Id { get; set; }

    public RequestState State { get; set; }

    /// <summary>The thread that received it: what that thread invokes before it answers belongs to the same chain.</summary>
    public int ServedBy { get; set; }

    /// <summary>The carrier has been answered while our code still worked on the call.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Our code no longer works on the abandoned call.</summary>
    public bool IsLeft { get; set; }

    /// <summary>The carrier has taken what it needs of the abandoned call.</summary>
    public bool IsTold { get; set; }
}
