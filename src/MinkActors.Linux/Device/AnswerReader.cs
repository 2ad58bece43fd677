using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>SUPPL_SEND: a client's answer to a request (spec/03 section 8).</summary>
internal sealed class AnswerReader(TeeContext context)
{
    public void Run(TeeCall call)
    {
        Span<byte> scratch = stackalloc byte[TeeLimits.BlockBytesMax];
        var memory = new ClientMemory(call, context);
        var error = SupplicantSendBlock.TryRead(ref memory, call.Argument, scratch, out var block);
        if (error != Errno.Ok)
        {
            context.Finish(call, error, default);
            return;
        }

        if (context.Requests.TakeForAnswer(block.RequestId) is not { } request)
        {
            context.Finish(call, Errno.EINVAL, block.Bytes);
            return;
        }

        var result = ErrnoMapping.ToResult(block.Outcome);
        if (block.Outcome == 0 && !TryConvert(call, request.Call!, block)) (result, error) = (ErrnoMapping.ToResult(-(int)Errno.EINVAL), Errno.EINVAL);

        // The client goes on first: what S does next on this thread is not the receiver's to wait for.
        context.Finish(call, error, block.Bytes);
        context.Requests.Answered(request, result);
    }

    private bool TryConvert(TeeCall client, IncomingCall call, SupplicantSendBlock block)
    {
        var counts = call.Counts;
        if (block.Arguments < counts.Total) return false;
        var argument = 0;
        for (var i = 0; i < counts.InputBuffers; i++)
        {
            if (!block.Raw(1 + argument++).Is(ParameterKind.UbufInput)) return false;
        }

        for (var i = 0; i < counts.OutputBuffers; i++)
        {
            var given = block.Argument(argument++);
            if (!given.Is(ParameterKind.UbufOutput) || given.B > (ulong)call.OutputCapacity(i)) return false;
            if (!client.TryRead(given.A, call.Output(i)[..(int)given.B])) return false;
            call.SetOutputSize(i, (int)given.B);
        }

        for (var i = 0; i < counts.InputObjects; i++)
        {
            if (!block.Raw(1 + argument++).Is(ParameterKind.ObjrefInput)) return false;
        }

        return TryTakeObjects(call, block, argument);
    }

    private bool TryTakeObjects(IncomingCall call, SupplicantSendBlock block, int first)
    {
        var handles = new List<Capability?>();
        for (var i = 0; i < call.Counts.OutputObjects; i++)
        {
            var given = block.Argument(first + i);
            if (!given.Is(ParameterKind.ObjrefOutput) || context.Translation.TryFromClient(given, out var handle) != Errno.Ok)
            {
                ObjectTranslation.Drop(handles, silently: true);
                return false;
            }

            handles.Add(handle);
        }

        for (var i = 0; i < handles.Count; i++) call.SetOutputObject(i, handles[i]);
        return true;
    }
}
