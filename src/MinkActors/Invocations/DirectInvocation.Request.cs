using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>From the caller's arguments to the first entry into the secure world, and back out where that fails.</summary>
internal sealed partial class DirectInvocation
{
    /// <summary>Preparing to Exporting, or straight on when nothing of ours is handed over. Refusals come first and change nothing.</summary>
    private void Prepare()
    {
        if (_domain.RefusesCalls && !_isRelease)
        {
            Unsent(ResultCode.Defunct, Errno.ENODEV, false, "The system has stopped");
            return;
        }
        if (Caller.Interruption is { } interrupted)
        {
            UnsentBy(interrupted);
            return;
        }
        if (Operation.HasModifiers || (Operation.CountsReferences && !_isRelease))
        {
            // RELEASE is sent by the release queue alone (spec/01 section 2.1, spec/11 D-15).
            Unsent(ResultCode.Invalid, Errno.EINVAL, false, $"The operation 0x{Operation.Word:X} is not for callers: bits 31 to 16, RELEASE and RETAIN are the transport's");
            return;
        }
        if (Chain.Depth >= _domain.Transport.Depths)
        {
            Unsent(ResultCode.NoSlots, Errno.EDEADLK, false, $"Invocations are nested {Chain.Depth} deep, the limit is {_domain.Transport.Depths}");
            return;
        }
        if (!TryTakeBuffers())
        {
            Unsent(ResultCode.KernelMemory, Errno.ENOMEM, true, $"No shared memory for the {SharedRegion.PageSize} + {_domain.Limits.OutboundBuffer} bytes of the message buffers");
            return;
        }
        var exports = false;
        _table.Count = Counts.InputObjects;
        for (var i = 0; i < Counts.InputObjects; i++)
        {
            var target = InputObject(i);
            _table.Objects[i] = target;
            exports |= target is not (null or SecureObject);
            RequestFrame.SetInputObject(ref Table, i, target is SecureObject secure ? secure.Id : ObjectId.Null);
        }
        if (!exports)
        {
            _table.Count = 0;
            TakeSlot();
            return;
        }
        _phase = Phase.Exporting;
        _table.Step = TableStep.Export;
        _domain.Table.Tell(_table);
    }

    /// <summary>Exporting to Queued: S's future references are taken, each under a fresh id.</summary>
    private void Exported()
    {
        if (_table.Outcome == TableOutcome.NoIds)
        {
            _table.Count = 0;
            Unsent(ResultCode.NoSlots, Errno.ENOSPC, true, $"The object table is full ({_domain.Limits.CallbackIds} ids)");
            return;
        }
        for (var i = 0; i < Counts.InputObjects; i++) RequestFrame.SetInputObject(ref Table, i, _table.Ids[i]);
        if (Caller.Interruption is { } interrupted) UnsentBy(interrupted);
        else TakeSlot();
    }

    private void TakeSlot()
    {
        if (_domain.Transport.TryTake(Chain.Depth, _domain.Lane(), out _slot))
        {
            Submit();
            return;
        }
        _phase = Phase.Queued;
        WatchQueued();
        _slotRequest.Depth = Chain.Depth;
        _slotRequest.Ticket++;
        _domain.Transport.Tell(_slotRequest);
    }

    /// <summary>Queued to Sent, or out again when the queue is full or the caller gave up.</summary>
    private void SlotAnswered()
    {
        _slot = Math.Max(_slotRequest.Slot, -1);
        if (Caller.Interruption is { } interrupted) UnsentBy(interrupted);
        else if (_slotRequest.Slot == SlotRequest.QueueFull) Unsent(ResultCode.Busy, Errno.EBUSY, true, $"{_domain.Limits.QueuedInvocations} invocations wait for the secure world already");
        else Submit();
    }

    /// <summary>To Sent: the message is complete, S may see it from here on.</summary>
    private void Submit()
    {
        _phase = Phase.Sent;
        WatchSubmit();
        RequestFrame.WriteDirect(_inbound!.Owner, TargetId, Operation, ref Table);
        _inbound.MarkDirty(Table.PayloadEnd);
        _entry.Slot = _slot;
        _entry.Registers = InvokeRegisters();
        _domain.Observer?.Invoked(this, Target!, Operation, Counts, Table.PayloadEnd);
        EnterWorld();
    }

    private ObjectId TargetId => ((SecureObject)Target!).Id;

    private SmcRegisters InvokeRegisters() => SmcCall.Invoke(
        _inbound!.PhysicalAddress, (ulong)DirectMessage.RoundUpToPage(Table.PayloadEnd), _outbound!.PhysicalAddress, (ulong)_outbound.Size);

    /// <summary>The transport refused. Before S saw the message everything is taken back (row 4); after, S keeps what it has (row 5).</summary>
    private void TransportFailed(long status)
    {
        var errno = ErrnoMapping.FromSmcStatus(status);
        if (!_seen)
        {
            Unsent(CodeOf(errno), errno, true, $"The secure monitor refused the call with status {status}");
            return;
        }
        // S may still write to the buffers: they are not used again before the link is gone (spec/11 D-84).
        _domain.Buffers.Quarantine(_inbound!);
        _domain.Buffers.Quarantine(_outbound!);
        _inbound = _outbound = null;
        End(ResultCode.Defunct, new MinkTransportException(ResultCode.Defunct, Errno.ENODEV, PublicPhase, false, $"The transport failed with status {status} after the secure world had seen the call"));
    }

    private static ResultCode CodeOf(Errno errno) => errno switch
    {
        Errno.EBUSY => ResultCode.Busy,
        Errno.ENOMEM => ResultCode.KernelMemory,
        _ => ResultCode.Unavailable,
    };

    private InvocationPhase PublicPhase => _phase switch
    {
        Phase.Idle or Phase.Preparing or Phase.Exporting => InvocationPhase.Preparing,
        Phase.Queued => InvocationPhase.Queued,
        Phase.Sent => InvocationPhase.Sent,
        Phase.Completing or Phase.Ended => InvocationPhase.Completed,
        Phase.Withdrawing => _seen ? InvocationPhase.Callback : InvocationPhase.Sent,
        _ => InvocationPhase.Callback,
    };

    private void UnsentBy(Interrupt interrupted) =>
        Unsent(interrupted.Code, interrupted.Errno, true, interrupted.Reason);

    /// <summary>The call ends without S having seen it: ids are taken back, with the references that stood for S (rows 3 and 4).</summary>
    private void Unsent(ResultCode code, Errno errno, bool isRetrySafe, string reason)
    {
        var failure = new MinkTransportException(code, errno, PublicPhase, isRetrySafe, reason);
        if (!HasExported)
        {
            End(code, failure);
            return;
        }
        _failure = failure;
        _phase = Phase.Withdrawing;
        _table.Step = TableStep.Withdraw;
        _domain.Table.Tell(_table);
    }

    private MinkTransportException? _failure;

    private bool HasExported
    {
        get
        {
            for (var i = 0; i < _table.Count; i++)
            {
                if (_table.Ids[i].IsCallback) return true;
            }
            return false;
        }
    }

    /// <summary>Withdrawing to Ended.</summary>
    private void Withdrawn()
    {
        var failure = _failure!;
        _failure = null;
        End(failure.Code, failure);
    }
}
