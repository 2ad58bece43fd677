using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>One invocation as it is seen from the wire, from its first entry to its end.</summary>
internal sealed class WireCall
{
    public WireMessage Request { get; } = new();
    public WireMessage Callback { get; } = new();

    /// <summary>Callback ids that the last message gave up.</summary>
    public List<uint> GivenUp { get; } = [];

    /// <summary>The object arguments of the last callback request or reply, and what they stood for when the object table served it.</summary>
    public List<uint> ObjectIds { get; } = [];
    public List<MinkObject?> Objects { get; } = [];

    /// <summary>The last message asks something of the object table, which has not served it yet.</summary>
    public bool IsDue { get; set; }

    /// <summary>The last message is a callback request that changes no id and brings no object.</summary>
    public bool NamesTargetOnly => HasCallback && Count is null && GivenUp.Count == 0 && ObjectIds.Count == 0;

    public byte[] Reply { get; private set; } = [];

    public Invocation Owner { get; private set; } = null!;
    public uint Generation { get; private set; }

    /// <summary>The registers of the last entry, and the outbound buffer that the first one named.</summary>
    public SmcRegisters Issued { get; set; }
    public ulong OutboundAddress { get; private set; }
    public ulong OutboundSize { get; private set; }
    public bool IsRelease { get; set; }

    /// <summary>Nobody waits for this RELEASE any more: it counts as done, whatever becomes of it.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>In the secure world's hands at this moment.</summary>
    public bool IsOut { get; set; }

    /// <summary>The secure world has seen it.</summary>
    public bool WasSeen { get; set; }

    /// <summary>How the last entry came back.</summary>
    public long Status { get; set; }
    public ulong Token { get; set; }
    public TimeSpan ReturnedAt { get; set; }
    public int BusyAnswers { get; set; }

    /// <summary>A callback request is to be answered.</summary>
    public bool HasCallback { get; set; }

    /// <summary>What is wrong with the request; null when its structure is sound.</summary>
    public string? Refusal { get; set; }

    /// <summary>What the request called, when the object table served it.</summary>
    public MinkObject? Target { get; set; }
    public bool WasDispatched { get; set; }
    public ResultCode? Answered { get; set; }

    /// <summary>The request is for the object table itself, and whether its id was alive there.</summary>
    public CountRequest? Count { get; set; }
    public bool HasCounted { get; set; }

    /// <summary>The result of the final reply, whether its sizes can be, and whether its objects (or those of a request) were known to the object table.</summary>
    public ResultCode? Result { get; set; }
    public bool AreSizesSound { get; set; }
    public bool AreObjectsKnown { get; set; }

    public void Begin(Invocation owner, in SmcRegisters issued)
    {
        Owner = owner;
        Generation = owner.Generation;
        Issued = issued;
        (OutboundAddress, OutboundSize) = (issued.X4, issued.X5);
        GivenUp.Clear();
        ObjectIds.Clear();
        Objects.Clear();
        (IsRelease, IsForgotten, WasSeen, HasCallback, WasDispatched, IsDue, HasCounted) = (false, false, false, false, false, false, false);
        (Status, Token, BusyAnswers) = (0, 0, 0);
        (Refusal, Target, Answered, Result, Count) = (null, null, null, null, null);
    }

    public void KeepReply(ReadOnlySpan<byte> shared)
    {
        if (Reply.Length < shared.Length) Reply = new byte[shared.Length];
        shared.CopyTo(Reply);
    }
}

/// <summary>Requests that are for an id's count and reach no object.</summary>
internal enum CountRequest : byte
{
    Release, Retain,
}
