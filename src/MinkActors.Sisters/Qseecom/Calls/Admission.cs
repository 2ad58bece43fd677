using MinkActors.Actors;

namespace MinkActors.Sisters.Qseecom;

/// <summary>A call asks the gate whether it may begin, and is told the same message back.</summary>
internal sealed class Admission(QseecomTransaction call) : Message
{
    public QseecomTransaction Call => call;

    /// <summary>The application it concerns; null for none.</summary>
    public uint? App { get; init; }

    /// <summary>A call to QSEE itself and not to an application.</summary>
    public bool IsForOs { get; init; }

    /// <summary>The state of the applications it was made for; null for any.</summary>
    public ulong? Epoch { get; init; }

    /// <summary>Applications are others afterwards.</summary>
    public bool ChangesApps { get; init; }

    /// <summary>What the gate decided; the gate's to write before it answers.</summary>
    public AdmissionAnswer Answer { get; set; }

    /// <summary>It came back incomplete or blocked. The gate's.</summary>
    public bool IsHeld { get; set; }

    public override string Describe() => $"admission app={App} os={IsForOs}";

    /// <summary>The caller gave up while it waited.</summary>
    internal sealed class Cancel(Admission admission) : Message
    {
        public Admission Admission => admission;
    }

    /// <summary>The call is over: what it held is no longer held.</summary>
    internal sealed class Leave(Admission admission) : Message
    {
        public Admission Admission => admission;
    }
}

/// <summary>Whether a call may begin.</summary>
internal enum AdmissionAnswer : byte
{
    Waiting, Granted, Cancelled, Stale,
}
