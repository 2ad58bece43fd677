using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>One registered listener: serves one request at a time, and knows who waits for it (spec/08 sections 8 and 9).</summary>
/// <remarks>
/// <code>
/// free --request--> in use: working --code ended, or given up--> in use: answered --answer delivered--> free
///   └--first waiter--> promised to it --its request--> in use;  --passed on--> free
/// leaving (unregistered): requests are answered FAILURE; when free and nobody waits: SMC 50/2/2, then gone
/// </code>
/// In use lasts from the request until the SMC that carried the answer has returned (Q4). Code that goes on after its request was
/// given up keeps the next request waiting, no longer than the listener's deadline, and cannot touch the buffer meanwhile.
/// </remarks>
internal sealed class ListenerActor(QseecomDriver driver, uint id, SharedRegion buffer, int size, IQseecomListener implementation) : Actor
{
    private static readonly TimeSpan OwnerWaitsMax = TimeSpan.FromMinutes(1);

    private readonly Queue<ListenerWork> _requests = [];
    private readonly Queue<ListenerWork> _waiters = [];
    private ListenerWork? _using;
    private ListenerWork? _promised;
    private ListenerRequest? _running;
    private ActorTimer? _deadline;
    private ActorTimer? _deadlineOfLeaving;
    private bool _isDeregistering;
    private int _isLeaving;

    public uint Id => id;

    public SharedRegion Buffer => buffer;

    /// <summary>It is being unregistered. Read from any thread.</summary>
    public bool IsLeaving => Volatile.Read(ref _isLeaving) != 0;

    /// <summary>What QSEE said to its deregistration.</summary>
    public TaskCompletionSource<QseecomErrno> Gone { get; } = New(driver);

    /// <summary>The same, when its id is free again.</summary>
    public TaskCompletionSource<QseecomErrno> Left { get; } = New(driver);

    /// <summary>Why QSEE cannot be told for a long time now.</summary>
    public TaskCompletionSource<QseecomErrno> Stuck { get; } = New(driver);

    /// <summary>Marks it as leaving, once; the caller then tells it to <see cref="Unregister"/>.</summary>
    public bool TryLeave() => Interlocked.Exchange(ref _isLeaving, 1) == 0;

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case ListenerWork { IsRequest: true } work: _requests.Enqueue(work); TakeNext(); break;
            case ListenerWork work: _waiters.Enqueue(work); Promise(); break;
            case ListenerWork.Note note: Noted(note); break;
            case CodeEnded ended: Ended(ended); break;
            case TooLate late: GiveUp(late.Work, isLate: true); break;
            case Unregister: Leave(); break;
            case LeavesTooLong: Stuck.TrySetResult(QseecomErrno.ETIMEDOUT); break;
            case Deregistered deregistered: Finish(deregistered); break;
        }
    }

    /// <summary>The next request is in use from here on; its code begins when the one before has ended.</summary>
    private void TakeNext()
    {
        if (_using is not null || !_requests.TryDequeue(out var work)) return;
        _using = work;
        if (_promised?.Call == work.Call) _promised = null;
        if (work.IsAbandoned || IsLeaving)
        {
            work.End(WorkOutcome.Aborted);
            return;
        }
        if (driver.ListenerDeadline is { } due) _deadline = System.StartTimer(this, due, new TooLate(work));
        Begin();
    }

    private void Begin()
    {
        if (_running is not null || _using is not { IsEnded: false } work) return;
        var request = _running = new ListenerRequest(id, buffer, size);
        var ended = new CodeEnded(request, work);
        if (RunUserCode(static code => code.Listener.HandleAsync(code.Request, code.Request.Token), (Listener: implementation, Request: request), ended)) Ended(ended);
    }

    private void Ended(CodeEnded ended)
    {
        _running = null;
        var work = ended.Work;
        if (ended.Error is { } error && !(work.IsEnded && error is OperationCanceledException)) QseecomLog.ListenerThrew(driver.Logger, id, error);
        if (work.IsEnded)
        {
            Begin();    // it was given up before; whoever waited for the code to end goes on
            return;
        }
        _deadline?.Cancel();
        if (ended.Error is null && !TryWriteTable(work, ended.Request)) ended.Fail();
        ended.Request.End();
        work.End(ended.HasFailed ? WorkOutcome.Aborted : WorkOutcome.Served);
    }

    /// <summary>The table is read by QSEE with the answer; the call gives it back.</summary>
    private bool TryWriteTable(ListenerWork work, ListenerRequest request)
    {
        if (request.References.Count == 0 || !driver.UsesTables) return true;
        if (driver.Domain.Buffers.Rent(ScatterEntry.TableSize) is not { } table) return false;
        for (var i = 0; i < request.References.Count; i++) request.References[i].TryWrite(table.Owner[(i * ScatterEntry.Size)..], out _);
        table.MarkDirty(ScatterEntry.TableSize);
        work.Table = table;
        return true;
    }

    private void Noted(ListenerWork.Note note)
    {
        switch (note.What)
        {
            case WorkNote.Abandoned: GiveUp(note.Work, isLate: false); break;
            case WorkNote.Delivered when _using == note.Work: _using = null; break;
            case WorkNote.Passed when _promised == note.Work: _promised = null; break;
        }
        TakeNext();
        Promise();
    }

    /// <summary>The request is answered FAILURE now; its code is told, and loses the buffer.</summary>
    private void GiveUp(ListenerWork work, bool isLate)
    {
        if (work.IsEnded || _using != work) return;
        if (isLate) QseecomLog.ListenerLate(driver.Logger, id, driver.ListenerDeadline!.Value.TotalMilliseconds);
        _deadline?.Cancel();
        _running?.Abandon();
        work.End(WorkOutcome.Aborted);
    }

    /// <summary>Wakes one waiter, in the order they came; it is promised the listener until it uses it or passes it on.</summary>
    private void Promise()
    {
        if (_using is null && _requests.Count == 0 && _promised is null && _waiters.TryDequeue(out var work))
        {
            _promised = work;
            work.End(IsLeaving ? WorkOutcome.FreeAndLeaving : WorkOutcome.Free);
        }
        if (IsLeaving) TryDeregister();
    }

    /// <summary>Unregistered: whoever waits for an answer gets FAILURE; requests to come too.</summary>
    private void Leave()
    {
        if (_using is { } work) GiveUp(work, isLate: false);
        // The SMC that carries the answer may never return; the owner does not wait for that for ever (spec/11 I-07).
        _deadlineOfLeaving = System.StartTimer(this, OwnerWaitsMax, new LeavesTooLong());
        TryDeregister();
    }

    private void TryDeregister()
    {
        if (_isDeregistering || _using is not null || _promised is not null || _requests.Count + _waiters.Count > 0) return;
        _isDeregistering = true;
        var done = new Deregistered();
        if (RunUserCode(static work => work.Driver.DeregisterAsync(work.Listener), (Driver: driver, Listener: this), done)) Finish(done);
    }

    /// <summary>QSEE has let go of the listener, or cannot be told: calls that came while it was asked are not left waiting.</summary>
    protected override void Stopped()
    {
        foreach (var work in _requests.Concat(_waiters)) work.EndAsLeft();
        if (_using is { IsEnded: false } left) left.EndAsLeft();
    }

    private void Finish(Deregistered done)
    {
        _deadlineOfLeaving?.Cancel();
        Gone.TrySetResult(done.Error is QseecomException failed ? failed.Errno : done.Error is null ? done.Result : QseecomErrno.EIO);
    }

    private static TaskCompletionSource<QseecomErrno> New(QseecomDriver driver) =>
        new(driver.Domain.Actors.CompletionOptions);

    /// <summary>The owner lets go of the listener.</summary>
    internal sealed class Unregister : Message;

    private sealed class LeavesTooLong : Message;

    private sealed class TooLate(ListenerWork work) : Message
    {
        public ListenerWork Work => work;
    }

    private sealed class CodeEnded(ListenerRequest request, ListenerWork work) : UserCodeDone
    {
        private bool _failed;
        public ListenerRequest Request => request;
        public ListenerWork Work => work;
        public bool HasFailed => _failed || Error is not null;
        public void Fail() => _failed = true;
    }

    private sealed class Deregistered : UserCodeDone<QseecomErrno>;
}
