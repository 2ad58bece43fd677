using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>From the caller's arguments to the first entry into the secure world, and back out where that fails.</summary>
internal sealed partial class DirectInvocation
{
    /// <summary>Refusals come first and change nothing. Waits for the table when something of ours is handed over.</summary>
    void ISecureProtocol.Prepare()
    {
        if (Operation.HasModifiers || (Operation.CountsReferences && !_call.IsOwn))
        {
            UnsentNotForCallers();
            return;
        }
        if (!TryTakeBuffers())
        {
            UnsentWithoutBuffers();
            return;
        }
        if (Counts.InputObjects > 0 && HandsOver())
        {
            _table.Step = TableStep.Export;
            AskTable();
            return;
        }
        _table.Count = 0;
        _call.Prepared();
    }

    /// <summary>Whether objects of ours are among the inputs: they need ids. Those of S have theirs.</summary>
    private bool HandsOver()
    {
        var exports = false;
        _table.Count = Counts.InputObjects;
        for (var i = 0; i < Counts.InputObjects; i++)
        {
            exports |= _table.Offer(i, InputObject(i));
            RequestFrame.SetInputObject(ref Table, i, _table.Ids[i]);
        }
        return exports;
    }

    /// <summary>RELEASE is sent by the release queue alone (spec/01 section 2.1, spec/11 D-15).</summary>
    private void UnsentNotForCallers() =>
        _call.Unsent(ResultCode.Invalid, Errno.EINVAL, false, $"The operation 0x{Operation.Word:X} is not for callers: bits 31 to 16, RELEASE and RETAIN are the transport's");

    private void UnsentWithoutBuffers() =>
        _call.Unsent(ResultCode.KernelMemory, Errno.ENOMEM, true, $"No shared memory for the {SharedRegion.PageSize} + {_domain.Limits.OutboundBuffer} bytes of the message buffers");

    /// <summary>S's future references are taken, each under a fresh id.</summary>
    private void Exported()
    {
        if (_table.Outcome == TableOutcome.NoIds)
        {
            _table.Count = 0;
            _call.Unsent(ResultCode.NoSlots, Errno.ENOSPC, true, $"The object table is full ({_domain.Limits.CallbackIds} ids)");
            return;
        }
        for (var i = 0; i < Counts.InputObjects; i++) RequestFrame.SetInputObject(ref Table, i, _table.Ids[i]);
        _call.Prepared();
    }

    /// <summary>The message is complete.</summary>
    void ISecureProtocol.WriteRequest()
    {
        RequestFrame.WriteDirect(_inbound!.Owner, TargetId, Operation, ref Table);
        _inbound.MarkDirty(Table.PayloadEnd);
        _domain.Observer?.Invoked(this, Target!, Operation, Counts, Table.PayloadEnd);
    }

    private ObjectId TargetId => ((SecureObject)Target!).Id;

    /// <summary>Ids were given out for callback objects that S did not take.</summary>
    bool ISecureProtocol.HasToWithdraw
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

    /// <summary>Ids are taken back, with the references that stood for S (rows 3 and 4).</summary>
    void ISecureProtocol.Withdraw()
    {
        _table.Step = TableStep.Withdraw;
        AskTable();
    }
}
