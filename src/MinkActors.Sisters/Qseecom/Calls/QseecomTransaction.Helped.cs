using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>What a call does when QSEE cannot go on by itself: listeners, and sleeping in QSEE (spec/08 sections 4, 8 and 9).</summary>
internal sealed partial class QseecomTransaction
{
    private Stage _step;
    private ListenerWork? _work;
    private bool _isAsleep;
    private ulong _callContext;
    private ulong _session;
    private bool _hasSucceeded;
    private bool _usesAppForm;

    /// <summary>Which SMC is on its way or came back last.</summary>
    private enum Stage : byte
    {
        First, Answering, Continuing,
    }

    /// <summary>Nobody waits for the call: it unwinds in QSEE (Q1), but no listener works for it any more.</summary>
    private bool IsAbandoned => Caller.IsGone;

    public override void Help(in SmcRegisters registers)
    {
        if (_isAsleep)
        {
            _driver.Gate.Tell(new QseecomGate.SleepInQsee(this));
            return;
        }
        var isRequest = _record.Result == QseecomResult.Incomplete;
        _session = _record.Type;
        _work = new ListenerWork(this, _record.Data, isRequest) { IsAbandoned = IsAbandoned };
        if (isRequest) Call.HelperBegins(_driver.Gate, (int)_record.Data);
        // Told to go on, and blocked again: here the listener counts as free and there it does not. Not to be asked in a tight circle.
        if (!isRequest && _step == Stage.Continuing) System.StartTimer(this, Domain.Link.BusyPause, new AskAgain(_work));
        else _driver.Gate.Tell(_work);
    }

    private sealed class AskAgain(ListenerWork work) : Message
    {
        public ListenerWork Work => work;
    }

    /// <summary>Listening to Answer; Blocked to the continuation, or to Done.</summary>
    private void Helped(ListenerWork work)
    {
        if (work.IsRequest) RequestEnded(work);
        else if (work.Outcome == WorkOutcome.Unknown)
        {
            // The application stays blocked in QSEE: nobody can say when it may go on.
            _work = null;
            Remember(QseecomErrno.ENODATA);
            Quarantine();
            Call.End(ResultCode.Unavailable, null);
        }
        else
        {
            if (work.Outcome == WorkOutcome.FreeAndLeaving) Remember(QseecomErrno.ENODEV);
            _step = Stage.Continuing;
            Call.Respond();
        }
    }

    private void RequestEnded(ListenerWork work)
    {
        _hasSucceeded = work.Outcome == WorkOutcome.Served;
        if (!_hasSucceeded) Remember(work.Outcome == WorkOutcome.Unknown ? QseecomErrno.EINVAL : QseecomErrno.ENODEV);
        _step = Stage.Answering;
        Call.HelperAnswered(_hasSucceeded ? ResultCode.Ok : ResultCode.Defunct);
        Call.Respond();
    }

    private ScmRegisters AnswerRegisters()
    {
        ScmRegisters registers;
        if (_isAsleep) ScmFrame.TryBuild(QseecomCall.WaitQueueResume, _convention, [_callContext], 0, out registers, out _);
        else if (_step == Stage.Continuing) registers = ContinueRegisters();
        else if (_work!.Table is { } table)
            ScmFrame.TryBuild(QseecomCall.ListenerResponseWithTable, _convention, [_work.ListenerId, 0, table.PhysicalAddress, ScatterEntry.TableSize], 0, out registers, out _);
        else ScmFrame.TryBuild(QseecomCall.ListenerResponse, _convention, [_work.ListenerId, _hasSucceeded ? QseecomResult.Success : QseecomResult.Failure], 0, out registers, out _);
        return registers;
    }

    private ScmRegisters ContinueRegisters()
    {
        ScmRegisters registers;
        if (_usesAppForm || !_driver.HasSessionForms) ScmFrame.TryBuild(QseecomCall.ContinueBlocked, _convention, [_request.App ?? 0], 0, out registers, out _);
        else ScmFrame.TryBuild(QseecomCall.ContinueBlockedSession, _convention, [_session], 0, out registers, out _);
        return registers;
    }

    /// <summary>The session form of a continuation was refused: once, the other form is tried.</summary>
    private bool FallsBack()
    {
        if (_step != Stage.Continuing || _usesAppForm || !_driver.HasSessionForms) return false;
        return _usesAppForm = true;
    }

    /// <summary>The SMC that carried the answer, or that went on, has returned: the listener's next is let go on (Q4).</summary>
    public override void HelpDelivered(bool delivered)
    {
        if (_isAsleep || _work is not { } work) return;
        _work = null;
        _usesAppForm = false;
        if (work.Table is { } table) Domain.Buffers.Return(table);
        if (work.Listener is null) return;
        if (_step == Stage.Answering) _driver.Gate.Tell(new ListenerWork.Note(work, WorkNote.Delivered));
        // Incomplete for this listener is what it was promised for: the request itself follows.
        else if (!delivered || _record.Result != QseecomResult.Incomplete || _record.Data != work.ListenerId) _driver.Gate.Tell(new ListenerWork.Note(work, WorkNote.Passed));
    }

    /// <summary>The caller is gone: a wait at the gate ends, a listener's work is given up; a blocked call goes on by itself (Q7).</summary>
    public override void Interrupted()
    {
        if (Call.Phase == SecurePhase.Preparing)
        {
            if (Admission is { } admission) _driver.Gate.Tell(new Admission.Cancel(admission));
        }
        else if (_work is { IsRequest: true } work)
        {
            Remember(QseecomErrno.ENODEV);
            _driver.Gate.Tell(new ListenerWork.Note(work, WorkNote.Abandoned));
        }
    }
}
