using MinkActors.Actors;

namespace MinkActors.Emulator.Qsee;

/// <summary>One call of an application, from its app send to its final result; several SMCs may carry it. The kernel's to read and write.</summary>
internal sealed class QseeSession
{
    public QseeSession(ulong id, LoadedQseeApp app, Actor kernel, byte[] request, List<(int, byte[])> references, ulong responseAddress, int responseSize)
    {
        Id = id;
        App = app;
        ResponseAddress = responseAddress;
        Call = new QseeAppCall(kernel, this, request, references, responseSize);
    }

    /// <summary>At least 1, unique among live sessions.</summary>
    public ulong Id { get; }

    public LoadedQseeApp App { get; }
    public QseeAppCall Call { get; }
    public ulong ResponseAddress { get; }

    /// <summary>The SMC that is inside on behalf of the session; null while a listener works or is waited for.</summary>
    public SecureEntry? Entry { get; set; }

    /// <summary>What the application waits for; null while it runs.</summary>
    public ListenerAsk? Ask { get; set; }

    /// <summary>The listener works for it; else it waits for its turn with the listener.</summary>
    public bool IsBeingServed { get; set; }

    /// <summary>The code has ended, though the normal world still owes an answer: the next entry carries the result.</summary>
    public bool IsOver { get; set; }

    /// <summary>The code has ended with an error.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Incomplete or blocked.</summary>
    public bool IsHeld => Entry is null;
}

/// <summary>A loaded application.</summary>
internal sealed record LoadedQseeApp(uint Id, string Name, QseeAppHost Host)
{
    /// <summary>The call it is in the middle of.</summary>
    public QseeSession? Session { get; set; }
}

/// <summary>A registered listener.</summary>
internal sealed record QseeListener(uint Id, ulong Address, int Size)
{
    /// <summary>Whom it works for.</summary>
    public QseeSession? Outstanding { get; set; }
}
