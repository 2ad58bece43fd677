using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Device;

/// <summary>How an invocation ends for the client (spec/03 section 5, after completion).</summary>
internal sealed partial class ObjectInvocation
{
    private void Complete()
    {
        if (_waits) _context.WaitIsOver(_call);
        _waits = false;
        _context.InvocationEnded();
        try
        {
            var reply = _reply.GetResult();
            Take(reply);
        }
        catch (MinkTransportException failure)
        {
            // Once S may have seen the message it owns what was sent, and says so with a notice when it lets go; but a call that fails
            // with an errno leaves the client its objects, so the notices of such a call are not given. A killed caller fails nobody.
            var isSent = !failure.IsRetrySafe && failure.Phase >= InvocationPhase.Sent;
            ObjectTranslation.Drop(_inputs, silently: !isSent || failure.Code != ResultCode.Abort);
            EndWith(ErrnoOf(failure, isSent));
        }
    }

    private void Take(Reply reply)
    {
        var block = Block;
        var memory = new ClientMemory(_call, _context);
        if (reply.Code == ResultCode.Ok && TryDeliver(reply, block))
        {
            block.SetResult(0);
            foreach (var (parameter, size) in _sizes) block.SetBufferSize(parameter, size);
            foreach (var (parameter, id, flags) in _objects) block.SetObject(parameter, id, flags);
        }
        else
        {
            Withdraw();
            block.SetResult((int)(reply.Code == ResultCode.Ok ? ResultCode.Unavailable : reply.Code));
            ClearObjects(block);
        }

        var error = Errno.Ok;
        if (!block.TryWriteBack(ref memory))
        {
            Withdraw();
            error = Errno.EFAULT;
        }

        // References go before the call returns: a release that this causes reaches a waiting receiver first (spec/04 section 11, C4).
        ObjectTranslation.Drop(_inputs, silently: error != Errno.Ok);
        reply.Dispose();
        EndWith(error);
    }

    /// <summary>Outputs in the order of the parameters; the first that cannot be delivered fails the rest.</summary>
    private bool TryDeliver(Reply reply, InvokeBlock block)
    {
        var (buffers, objects) = (0, 0);
        for (var i = 0; i < block.Count; i++)
        {
            var parameter = block.Raw(i);
            if (parameter.Is(ParameterKind.UbufOutput))
            {
                var bytes = reply.Output(buffers++);
                if (!_call.TryWrite(parameter.A, bytes)) return false;
                _sizes.Add((i, (ulong)bytes.Length));
            }
            else if (parameter.Is(ParameterKind.ObjrefOutput))
            {
                if (!_context.Translation.TryToClient(reply.TakeObject(objects++, _context.Name, 0), out var id, out var flags)) return false;
                _objects.Add((i, id, flags));
            }
        }

        return true;
    }

    private void Withdraw()
    {
        foreach (var (_, id, flags) in _objects) _context.Translation.Withdraw(id, flags);
        _objects.Clear();
    }

    /// <summary>Checks 18 to 20. What only this runtime knows is said with the nearest errno that the ABI has.</summary>
    private static Errno ErrnoOf(MinkTransportException failure, bool isSent) => failure.Errno switch
    {
        _ when isSent => Errno.ENODEV,
        Errno.ENOSPC or Errno.EIO or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOMEM or Errno.EBUSY or Errno.ENODEV => failure.Errno,
        _ => Errno.EBUSY,
    };
}
