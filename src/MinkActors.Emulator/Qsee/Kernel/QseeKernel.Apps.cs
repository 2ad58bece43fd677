using System.Text;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Emulator.Qsee;

/// <summary>Applications: the loader, look-up, and the calls they serve.</summary>
internal sealed partial class QseeKernel
{
    /// <summary>Ids start here; 0 is never one.</summary>
    private const uint FirstAppId = 0x20001;

    private readonly SortedDictionary<uint, LoadedQseeApp> _apps = [];
    private readonly Dictionary<ulong, QseeSession> _sessions = [];
    private readonly Dictionary<ulong, QseeSession> _asleep = [];
    private uint _lastAppId = FirstAppId - 1;
    private ulong _lastSession;
    private ulong _lastCallContext;
    private int _sleeps;
    private TimeSpan _sleepTime;

    public IReadOnlyList<(string Name, uint Id)> LoadedApps => [.. _apps.Values.Select(app => (app.Name, app.Id))];

    public int LiveSessions => _sessions.Count;

    private bool AnyHeld => _sessions.Values.Any(session => session.IsHeld);

    private LoadedQseeApp? FindApp(ulong id) => id <= uint.MaxValue ? _apps.GetValueOrDefault((uint)id) : null;

    private LoadedQseeApp? FindApp(string name) => _apps.Values.FirstOrDefault(app => app.Name == name);

    /// <summary>Loads it; null for a name that nobody implements. One that is loaded already stays as it is.</summary>
    private LoadedQseeApp? Load(string name)
    {
        if (FindApp(name) is { } loaded) return loaded;
        if (!_options.Applications.TryGetValue(name, out var make)) return null;
        var id = ++_lastAppId;
        if (_options.ReusesAppIds) for (id = FirstAppId; _apps.ContainsKey(id);) id++;
        return _apps[id] = new LoadedQseeApp(id, name, System.Spawn(new QseeAppHost(this, make()), $"qsee app {name}", this));
    }

    private void StartApp(SecureEntry entry, ReadOnlySpan<ulong> arguments)
    {
        if (!_memory.TryCopy(arguments[2], arguments[1], out var image)) Return(entry, ScmStatus.BadAddress);
        else if (NameIn(image) is { } name && Load(name) is { } app) Return(entry, QseecomResult.Success, QseecomResponseType.AppId, app.Id);
        else Return(entry, QseecomResult.Failure);
    }

    /// <summary>The zero-terminated name at the start of an image, or null.</summary>
    private static string? NameIn(ReadOnlySpan<byte> image)
    {
        var end = image[..Math.Min(image.Length, QseecomLimits.NameBufferSize)].IndexOf((byte)0);
        return end < 1 ? null : Encoding.UTF8.GetString(image[..end]);
    }

    private void ShutDown(SecureEntry entry, ulong id)
    {
        if (FindApp(id) is not { } app) Return(entry, QseecomResult.Failure);
        else if (app.Session is not null) Return(entry, QseecomResult.AppBusy);
        else
        {
            Unload(app);
            Return(entry, QseecomResult.Success);
        }
    }

    private void Unload(LoadedQseeApp app)
    {
        _apps.Remove(app.Id);
        System.Stop(app.Host);
    }

    private void Change(SetLoaded change)
    {
        if (change.IsLoaded) Load(change.Name);
        else if (FindApp(change.Name) is { Session: null } app) Unload(app);
    }

    private void LookUp(SecureEntry entry, ReadOnlySpan<ulong> arguments)
    {
        if (arguments[1] >= QseecomLimits.NameBufferSize) Return(entry, ScmStatus.BadArgument);
        else if (!_memory.TryCopy(arguments[0], arguments[1], out var name)) Return(entry, ScmStatus.BadAddress);
        else if (FindApp(Encoding.UTF8.GetString(name)) is not { } app) Return(entry, QseecomResult.Failure);
        else Return(entry, QseecomResult.Success, QseecomResponseType.AppId, app.Id);
    }

    private void SendWithTable(SecureEntry entry, ReadOnlySpan<ulong> arguments)
    {
        if (arguments[6] != ScatterEntry.TableSize || !_memory.TryCopy(arguments[5], arguments[6], out var table)) Return(entry, ScmStatus.BadAddress);
        else Send(entry, arguments, table);
    }

    /// <summary>Every range is checked and the request copied, and what it refers to, before anything happens.</summary>
    private void Send(SecureEntry entry, ReadOnlySpan<ulong> arguments, ReadOnlySpan<byte> table)
    {
        List<(int, byte[])> references = [];
        if (!_memory.TryCopy(arguments[1], arguments[2], out var request) || arguments[4] > int.MaxValue || !_memory.Contains(arguments[3], arguments[4])
            || !ScatterReader.TryRead(_memory, request, table, out references)) Return(entry, ScmStatus.BadAddress);
        else if (FindApp(arguments[0]) is not { } app) Return(entry, QseecomResult.Failure);
        else if (app.Session is not null) Return(entry, QseecomResult.AppBusy);
        else
        {
            var session = new QseeSession(NextSession(), app, this, request, references, arguments[3], (int)arguments[4]);
            _sessions.Add(session.Id, session);
            app.Session = session;
            session.Entry = entry;
            if (_sleeps > 0) Sleep(session);
            else app.Host.Tell(new QseeAppHost.Begin(session));
        }
    }

    private ulong NextSession()
    {
        do _lastSession = _lastSession >= uint.MaxValue ? 1 : _lastSession + 1;
        while (_sessions.ContainsKey(_lastSession));
        return _lastSession;
    }

    /// <summary>Status 2: the call sleeps on wait context 0 under a call context, and is resumed by that.</summary>
    private void Sleep(QseeSession session)
    {
        _sleeps--;
        var context = ++_lastCallContext;
        _asleep.Add(context, session);
        var entry = session.Entry!;
        entry.Return(new QseecomResponse(0, context, 0).ToRegisters(ScmStatus.WaitQueueSleep).ToSmc());
        System.StartTimer(this, _sleepTime, new WakeUp(0));
    }

    private void Resume(SecureEntry entry, ulong context)
    {
        if (!_asleep.Remove(context, out var session))
        {
            Return(entry, ScmStatus.BadArgument);
            return;
        }
        session.Entry = entry;
        session.App.Host.Tell(new QseeAppHost.Begin(session));
    }

    private void CodeEnded(QseeAppHost.Done done)
    {
        var session = done.Session;
        session.IsOver = true;
        session.HasFailed = done.Error is not null || session.Call.HasFailed;
        if (session.Entry is { } entry) End(session, entry);
    }

    /// <summary>The final result; the response is written where it was asked for, if that is still there.</summary>
    private void End(QseeSession session, SecureEntry entry)
    {
        session.App.Session = null;
        _sessions.Remove(session.Id);
        session.Ask?.Reply(QseeListenerAnswer.Error(QseeListenerOutcome.Refused));
        session.Entry = null;
        var good = !session.HasFailed && _memory.TryWrite(session.ResponseAddress, session.Call.Response);
        Return(entry, good ? QseecomResult.Success : QseecomResult.Failure);
    }
}
