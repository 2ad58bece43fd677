using MinkActors.Actors;

namespace MinkActors.Sisters.Qseecom;

/// <summary>Who may begin a call, which applications are held, and which listeners there are (spec/08 sections 8 and 9).</summary>
/// <remarks>
/// SMCs themselves are granted singly by the transport, which has one slot. What is decided here is when a call may ask for it:
/// an application serves one call at a time, and at most one other may be held when it begins. Whoever may begin counts as if it
/// were held already: between the decision and its SMC nothing can change then. Waiters are looked at in the order they came;
/// one that has to wait longer does not keep the next from going (spec/11 I-16).
/// </remarks>
internal sealed partial class QseecomGate(QseecomMode mode, int phase) : Actor
{
    private readonly List<Admission> _waiting = [];
    private readonly List<Admission> _active = [];
    private ulong _epoch = 1;
    private long _granted;

    /// <summary>Changes whenever this system starts or shuts down an application. Any thread.</summary>
    public ulong Epoch => Volatile.Read(ref _epoch);

    /// <summary>Calls that were let in so far. Any thread.</summary>
    public long Granted => Volatile.Read(ref _granted);

    /// <summary>Applications of which a call is incomplete or blocked. Exact only when nothing runs.</summary>
    public int Held => _active.Count(admission => admission.IsHeld);

    private bool LimitsApps => mode == QseecomMode.Full && phase != 0;

    private bool SparesOs => mode == QseecomMode.Full && phase is 1 or 2;

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Admission admission: _waiting.Add(admission); Pump(); break;
            case Admission.Cancel cancel: Cancel(cancel.Admission); break;
            case Admission.Leave leave: Left(leave.Admission); break;
            default: ReceiveForListeners(message); break;
        }
    }

    private void Cancel(Admission admission)
    {
        if (_waiting.Remove(admission)) Answer(admission, AdmissionAnswer.Cancelled);
    }

    private void Left(Admission admission)
    {
        _active.Remove(admission);
        if (admission.ChangesApps) Volatile.Write(ref _epoch, _epoch + 1);
        Pump();
    }

    private void Pump()
    {
        var osWaits = false;
        for (var i = 0; i < _waiting.Count; i++)
        {
            var admission = _waiting[i];
            if (!MayBegin(admission, osWaits))
            {
                osWaits |= admission.IsForOs;
                continue;
            }
            _waiting.RemoveAt(i--);
            if (admission.Epoch is { } known && known != _epoch)
            {
                Answer(admission, AdmissionAnswer.Stale);
                continue;
            }
            _active.Add(admission);
            Volatile.Write(ref _granted, _granted + 1);
            Answer(admission, AdmissionAnswer.Granted);
        }
    }

    private bool MayBegin(Admission admission, bool osWaits)
    {
        if (admission.App is { } app && _active.Exists(other => other.App == app)) return false;
        if (admission.IsForOs) return !SparesOs || _active.Count == 0;
        if (!LimitsApps) return true;
        if (!SparesOs) return ActiveApps < 2;
        // Phases 1 and 2: a call to QSEE that runs goes first, and one that waits gets its turn before more calls begin while none is held.
        return ActiveApps < 2 && !_active.Exists(other => other.IsForOs && !other.IsHeld) && !(osWaits && Held == 0);
    }

    private int ActiveApps => _active.Count(admission => !admission.IsForOs || admission.IsHeld);

    private static void Answer(Admission admission, AdmissionAnswer answer)
    {
        admission.Answer = answer;
        admission.Call.Tell(admission);
    }
}
