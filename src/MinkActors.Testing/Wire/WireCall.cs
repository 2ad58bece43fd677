using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>One invocation as it is seen from the wire, from its first entry to its end.</summary>
internal sealed class WireCall
{
    public WireMessage Request { get; } = new();
    public WireMessage Callback { get; } = new();

    /// <summary>Callback ids in messages that the secure world has not taken yet.</summary>
    public List<uint> Sent { get; } = [];

    /// <summary>Ids that the last message gave up.</summary>
    public List<uint> GivenUp { get; } = [];

    /// <summary>The objects behind the ids of the last callback request or reply, when it arrived.</summary>
    public List<MinkObject?> Objects { get; } = [];

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
    public MinkObject? Target { get; set; }
    public bool WasDispatched { get; set; }
    public ResultCode? Answered { get; set; }

    /// <summary>Effect of a RELEASE (-1) or RETAIN (1) request that named a live id.</summary>
    public int CountChange { get; set; }

    /// <summary>The result of the final reply, whether its sizes can be, and whether its objects were known when it came.</summary>
    public ResultCode? Result { get; set; }
    public bool AreSizesSound { get; set; }
    public bool AreObjectsKnown { get; set; }

    public void Begin(Invocation owner, in SmcRegisters issued)
    {
        Owner = owner;
        Generation = owner.Generation;
        Issued = issued;
        (OutboundAddress, OutboundSize) = (issued.X4, issued.X5);
        Sent.Clear();
        GivenUp.Clear();
        Objects.Clear();
        (IsRelease, IsForgotten, WasSeen, HasCallback, WasDispatched) = (false, false, false, false, false);
        (Status, Token, BusyAnswers, CountChange) = (0, 0, 0, 0);
        (Refusal, Target, Answered, Result) = (null, null, null, null);
    }

    public void KeepReply(ReadOnlySpan<byte> shared)
    {
        if (Reply.Length < shared.Length) Reply = new byte[shared.Length];
        shared.CopyTo(Reply);
    }
}
