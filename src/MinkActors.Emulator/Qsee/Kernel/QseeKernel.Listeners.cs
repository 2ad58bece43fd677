using MinkActors.Protocol.Qseecom;

namespace MinkActors.Emulator.Qsee;

/// <summary>Listeners: who is registered, for whom each works, and the applications that wait for their turn.</summary>
internal sealed partial class QseeKernel
{
    private readonly SortedDictionary<uint, QseeListener> _listeners = [];

    public IReadOnlyList<uint> ListenerIds => [.. _listeners.Keys];

    private QseeListener? FindListener(ulong id) => id <= uint.MaxValue ? _listeners.GetValueOrDefault((uint)id) : null;

    private void Register(SecureEntry entry, ReadOnlySpan<ulong> arguments)
    {
        if (arguments[2] is 0 or > int.MaxValue || !_memory.Contains(arguments[1], arguments[2])) Return(entry, ScmStatus.BadAddress);
        else if (arguments[0] is 0 or > uint.MaxValue || !_listeners.TryAdd((uint)arguments[0], new QseeListener((uint)arguments[0], arguments[1], (int)arguments[2]))) Return(entry, QseecomResult.Failure);
        else Return(entry, QseecomResult.Success);
    }

    private void Deregister(SecureEntry entry, ulong id)
    {
        if (FindListener(id) is not { Outstanding: null } listener)
        {
            Return(entry, QseecomResult.Failure);
            return;
        }
        _listeners.Remove(listener.Id);
        Return(entry, QseecomResult.Success);
    }

    /// <summary>The application wants the listener: it is free, busy, or not there. A second question at once is refused.</summary>
    private void Asked(ListenerAsk ask)
    {
        var session = ask.Session;
        if (session.Entry is null || session.Ask is not null || session.IsOver) ask.Reply(QseeListenerAnswer.Error(QseeListenerOutcome.Refused));
        else if (FindListener(ask.ListenerId) is not { } listener) ask.Reply(QseeListenerAnswer.Error(QseeListenerOutcome.NotRegistered));
        else
        {
            session.Ask = ask;
            AskOrWait(session, listener);
        }
    }

    /// <summary>INCOMPLETE when the listener is free, BLOCKED while it is not; a request that cannot be told fails inside the application.</summary>
    private void AskOrWait(QseeSession session, QseeListener listener)
    {
        var ask = session.Ask!;
        if (listener.Outstanding is not null)
        {
            session.IsBeingServed = false;
            Leave(session, QseecomResult.BlockedOnListener, session.Id, listener.Id);
        }
        else if (ask.Request.Length > listener.Size || !_memory.TryWrite(listener.Address, ask.Request)) Tell(session, QseeListenerAnswer.Error(QseeListenerOutcome.Refused));
        else
        {
            listener.Outstanding = session;
            session.IsBeingServed = true;
            Leave(session, QseecomResult.Incomplete, QseecomResponseType.ListenerId, listener.Id);
        }
    }

    private static void Leave(QseeSession session, ulong result, ulong type, ulong data)
    {
        var entry = session.Entry!;
        session.Entry = null;
        Return(entry, result, type, data);
    }

    /// <summary>The application goes on with what came of its question.</summary>
    private static void Tell(QseeSession session, QseeListenerAnswer answer)
    {
        var ask = session.Ask!;
        session.Ask = null;
        session.IsBeingServed = false;
        ask.Reply(answer);
    }

    /// <summary>50/2/3 and 50/2/5: the application that waits goes on; its next result is this call's.</summary>
    private void Answer(SecureEntry entry, ReadOnlySpan<ulong> arguments, bool hasTable)
    {
        byte[] table = [];
        if (hasTable && (arguments[3] != ScatterEntry.TableSize || !_memory.TryCopy(arguments[2], arguments[3], out table)))
        {
            Return(entry, ScmStatus.BadAddress);
            return;
        }
        if (FindListener(arguments[0]) is not { Outstanding: { } session } listener)
        {
            Return(entry, QseecomResult.Failure);
            return;
        }
        listener.Outstanding = null;
        if (GoesOn(session, entry)) Tell(session, arguments[1] == 0 ? Read(listener, table) : QseeListenerAnswer.Error(QseeListenerOutcome.Failed));
    }

    /// <summary>50/2/4 and 50/2/7: the listener is free by now, or not, or gone.</summary>
    private void Continue(SecureEntry entry, QseeSession? session)
    {
        if (session is not { IsHeld: true, IsBeingServed: false, Ask: { } ask })
        {
            Return(entry, QseecomResult.Failure);
            return;
        }
        if (!GoesOn(session, entry)) return;
        if (FindListener(ask.ListenerId) is { } listener) AskOrWait(session, listener);
        else Tell(session, QseeListenerAnswer.Error(QseeListenerOutcome.NotRegistered));
    }

    /// <summary>The entry carries the session from here on; false when its code has ended meanwhile and the result is told at once.</summary>
    private bool GoesOn(QseeSession session, SecureEntry entry)
    {
        session.Entry = entry;
        if (!session.IsOver) return true;
        End(session, entry);
        return false;
    }

    /// <summary>One copy of the buffer, and of each range that the table names.</summary>
    private QseeListenerAnswer Read(QseeListener listener, ReadOnlySpan<byte> table)
    {
        if (!_memory.TryCopy(listener.Address, (ulong)listener.Size, out var bytes)) return QseeListenerAnswer.Error(QseeListenerOutcome.Refused);
        return ScatterReader.TryRead(_memory, bytes, table, out var references)
            ? new QseeListenerAnswer(QseeListenerOutcome.Answered, bytes, references)
            : QseeListenerAnswer.Error(QseeListenerOutcome.Refused);
    }
}
