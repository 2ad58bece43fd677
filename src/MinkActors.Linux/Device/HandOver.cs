using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Device;

/// <summary>Copies one request to the receiver that was chosen for it (spec/03 section 7, check 8 and the result).</summary>
/// <remarks>Runs where a client may stall it: on the receiver's own call, or in the context's own delivery turn.</remarks>
internal sealed class HandOver(TeeContext context)
{
    /// <returns>False: the request has ended without the receiver, which may have the next one.</returns>
    public bool Run(WaitingReceiver receiver, UserRequest request)
    {
        var made = new List<(ulong Id, ObjectFlags Flags)>();
        var block = receiver.Block;
        block.Begin(request.Function, request.Number, (uint)request.Id, request.Arguments);
        if (request.Call is { } call && !TryConvert(receiver, call, block, made))
        {
            Undo(request, made);
            return false;
        }

        var memory = new ClientMemory(receiver.Call, context);
        if (!block.TryWriteBack(ref memory))
        {
            Undo(request, made);
            context.End(receiver, Errno.EFAULT);
            return true;
        }

        context.Requests.HandedOver(request);
        if (!context.End(receiver, Errno.Ok) && !request.IsNotice)
        {
            // The thread is gone and nobody has seen the request; if another thread guessed its id it is answered already.
            Undo(request, made);
        }

        return true;
    }

    private bool TryConvert(WaitingReceiver receiver, IncomingCall call, SupplicantReceiveBlock block, List<(ulong Id, ObjectFlags Flags)> made)
    {
        var counts = call.Counts;
        var placement = receiver.Placement;
        var argument = 0;
        for (var i = 0; i < counts.InputBuffers; i++)
        {
            var bytes = call.Input(i);
            if (!placement.TryPlace((ulong)bytes.Length, out var address) || !receiver.Call.TryWrite(address, bytes)) return false;
            block.SetArgument(argument++, TeeParameter.UbufInput(address, (ulong)bytes.Length));
        }

        for (var i = 0; i < counts.OutputBuffers; i++) block.SetArgument(argument++, TeeParameter.UbufOutput(0, (ulong)call.OutputCapacity(i)));
        for (var i = 0; i < counts.InputObjects; i++)
        {
            if (!context.Translation.TryToClient(call.TakeInput(i), out var id, out var flags)) return false;
            made.Add((id, flags));
            block.SetArgument(argument++, TeeParameter.ObjrefInput(id, flags));
        }

        for (var i = 0; i < counts.OutputObjects; i++) block.SetArgument(argument++, TeeParameter.ObjrefOutput());
        return true;
    }

    private void Undo(UserRequest request, List<(ulong Id, ObjectFlags Flags)> made)
    {
        foreach (var (id, flags) in made) context.Translation.Withdraw(id, flags);
        context.Requests.NotHandedOver(request);
    }
}
