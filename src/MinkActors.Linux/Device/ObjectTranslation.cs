using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Device;

/// <summary>Objects as a client names them, and objects as they are: the only place where one becomes the other (spec/03 section 6).</summary>
internal sealed class ObjectTranslation(TeeContext context)
{
    /// <summary>What a client sent. On success one handle is the caller's, or null for the null object.</summary>
    /// <returns>EINVAL when it names nothing, ENOSPC at the context's limit of user objects.</returns>
    public Errno TryFromClient(in TeeParameter parameter, out Capability? handle)
    {
        handle = null;
        if (parameter.A == TeeLimits.NullObject) return Errno.Ok;
        var flags = (ObjectFlags)parameter.B;
        MinkObject? target;
        if (flags.HasFlag(ObjectFlags.User))
        {
            if (!context.TryCountUserObject()) return Errno.ENOSPC;
            target = context.Domain.Actors.Spawn(new UserObject(context.Domain, context, parameter.A));
        }
        else if (flags.HasFlag(ObjectFlags.Tee)) target = context.Objects.Retain(parameter.A);
        else if (flags.HasFlag(ObjectFlags.Memory) && parameter.A <= int.MaxValue) target = context.Buffers.Wrap(context, parameter.A);
        else return Errno.EINVAL;
        if (target is null) return Errno.EINVAL;
        handle = target.CreateHandle(context.Name, 0);
        return Errno.Ok;
    }

    /// <summary>Names an object that came from S for the client. The handle is used up, whatever the outcome.</summary>
    public bool TryToClient(Capability? arrived, out ulong id, out ObjectFlags flags)
    {
        (id, flags) = (TeeLimits.NullObject, ObjectFlags.None);
        if (arrived is null) return true;
        switch (arrived.Target)
        {
            case UserObject user when user.Context == context:
                (id, flags) = (user.Number, ObjectFlags.User);
                break;
            case BufferObject memory when memory.Buffer.Context == context:
                (id, flags) = ((ulong)memory.Buffer.Id, ObjectFlags.Memory);
                break;
            case SecureObject { IsCounted: true } when context.Objects.TryAdd(arrived, out id):
                flags = ObjectFlags.Tee;
                return true;
            default:
                arrived.Dispose();
                return false;
        }

        // The client has a hold of its own on what it made; the one that came back from S is put.
        arrived.Dispose();
        return true;
    }

    /// <summary>Takes back what was put in the table for outputs that the client will not get.</summary>
    public void Withdraw(ulong id, ObjectFlags flags)
    {
        if (flags == ObjectFlags.Tee) context.Objects.Remove(id);
    }

    /// <summary>The call that sent these failed: the client keeps its user objects and hears nothing of them.</summary>
    public static void Drop(List<Capability?> handles, bool silently)
    {
        foreach (var handle in handles)
        {
            if (handle is null) continue;
            if (silently && handle.Target is UserObject user) user.Silence();
            handle.Dispose();
        }

        handles.Clear();
    }
}
