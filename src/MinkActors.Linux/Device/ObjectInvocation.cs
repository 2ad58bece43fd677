using System.Runtime.CompilerServices;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>OBJECT_INVOKE: from the client's block to a transaction of the runtime, and back (spec/03 section 5).</summary>
/// <remarks>
/// <code>
/// rented ─► checked ─► sent ─► (waits) ─► completed: outputs to the client ─► references put ─► the call returns
///              └─► refused: nothing was sent, nothing is left
/// </code>
/// Pooled. Everything between two of these steps is private to it, so no lock is held while the client's memory is touched.
/// </remarks>
internal sealed partial class ObjectInvocation(TeeDeviceHost host)
{
    private readonly byte[] _bytes = new byte[TeeLimits.BlockBytesMax];
    private readonly List<Capability?> _inputs = [];
    private readonly List<(int Parameter, ulong Id, ObjectFlags Flags)> _objects = [];
    private readonly List<(int Parameter, ulong Size)> _sizes = [];
    private Action? _completed;
    private TeeContext _context = null!;
    private TeeCall _call = null!;
    private int _length;
    private ulong _address;
    private Interrupt? _interrupt;
    private ValueTaskAwaiter<Reply> _reply;
    private Errno _errno;
    private bool _waits;

    private InvokeBlock Block => InvokeBlock.Over(_bytes.AsSpan(0, _length), _address);

    public void Begin(TeeContext context, TeeCall call)
    {
        (_context, _call, _length) = (context, call, 0);
        var memory = new ClientMemory(call, context);
        var error = InvokeBlock.TryRead(ref memory, call.Argument, _bytes, out var block);
        if (error == Errno.Ok)
        {
            (_length, _address) = (block.Bytes.Length, block.Address);
            error = block.CheckParameters();
        }

        if (error == Errno.Ok && block.Operation == TeeLimits.ReleaseOperation)
        {
            context.Objects.Remove(block.Id);
            ClearObjects(block);
            EndWith(block.TryWriteBack(ref memory) ? Errno.Ok : Errno.EFAULT);
            return;
        }

        MinkObject? target = null;
        if (error == Errno.Ok) error = TryFindTarget(block, out target);
        if (error == Errno.Ok) error = Send(block, target!);
        if (error != Errno.Ok) Refuse(error);
    }

    /// <summary>The thread is gone: the transaction's caller no longer waits (spec/03 section 9). Under the context's lock, while it waits.</summary>
    public void Abandon() => _interrupt!.Send();

    /// <summary>Checks 11 and 12. On success one reference to the target is the caller's.</summary>
    private Errno TryFindTarget(InvokeBlock block, out MinkObject? target)
    {
        if (block.Id != TeeLimits.NullObject)
        {
            target = _context.Objects.Retain(block.Id);
            return target is null ? Errno.EINVAL : Errno.Ok;
        }

        target = host.Domain.Root;
        return RootRules.Allow(block) ? Errno.Ok : Errno.EINVAL;
    }

    /// <summary>Checks 13 to 17, then the transaction begins.</summary>
    /// <param name="target">One reference moves in.</param>
    private Errno Send(InvokeBlock block, MinkObject target)
    {
        var counts = default(ArgumentCounts);
        var error = TakeObjects(block);
        if (error == Errno.Ok && (IsForbidden(new Operation(block.Operation)) || !TryMeasure(block, out counts))) error = Errno.EINVAL;
        if (error != Errno.Ok)
        {
            target.Release();
            return error;
        }

        var invocation = target.BeginInvocation();
        invocation.Begin(target, new Operation(block.Operation), counts);
        error = TryFill(block, invocation);
        if (error != Errno.Ok) return error;
        if (!_context.TryCountInvocation())
        {
            invocation.Abandon();
            return Errno.EBUSY;
        }

        host.Observer?.Invoking(_context.Number, _call.ThreadId, block.Bytes);
        Start(invocation);
        return Errno.Ok;
    }

    /// <summary>Check 14.</summary>
    private static bool IsForbidden(Operation operation) => operation.HasModifiers || operation.CountsReferences;

    private Errno TakeObjects(InvokeBlock block)
    {
        for (var i = 0; i < block.Count; i++)
        {
            var parameter = block[i];
            if (!parameter.Is(ParameterKind.ObjrefInput)) continue;
            var error = _context.Translation.TryFromClient(parameter, out var handle);
            if (error != Errno.Ok) return error;
            _inputs.Add(handle);
        }

        return Errno.Ok;
    }

    /// <summary>Check 15, on sizes of 64 bits and before anything is allocated for them (spec/11 D-17).</summary>
    private static bool TryMeasure(InvokeBlock block, out ArgumentCounts counts)
    {
        Span<int> of = stackalloc int[(int)ParameterKind.ObjrefInOut];
        of.Clear();
        for (var i = 0; i < block.Count; i++) of[(int)block.Raw(i).Kind]++;
        if (!ArgumentCounts.TryCreate(of[(int)ParameterKind.UbufInput], of[(int)ParameterKind.UbufOutput],
            of[(int)ParameterKind.ObjrefInput], of[(int)ParameterKind.ObjrefOutput], out counts, out _)) return false;
        var size = new MessageSize(counts);
        for (var i = 0; i < block.Count; i++)
        {
            if (block.Raw(i) is { Kind: ParameterKind.UbufInput or ParameterKind.UbufOutput } buffer && !size.TryAdd(unchecked((long)buffer.B), out _)) return false;
        }

        return true;
    }

    /// <summary>Checks 16 and 17: reads the client's buffers straight into the message.</summary>
    private Errno TryFill(InvokeBlock block, Invocation invocation)
    {
        try
        {
            for (var i = 0; i < block.Count; i++)
            {
                if (block.Raw(i) is not { Kind: ParameterKind.UbufInput } buffer) continue;
                if (_call.TryRead(buffer.A, invocation.ReserveInput((int)buffer.B))) continue;
                invocation.Abandon();
                return Errno.EFAULT;
            }

            for (var i = 0; i < block.Count; i++)
            {
                if (block.Raw(i) is { Kind: ParameterKind.UbufOutput } buffer) invocation.AddOutput((int)buffer.B);
            }

            foreach (var input in _inputs) invocation.AddInputObject(input);
            return Errno.Ok;
        }
        catch (MinkTransportException refused)
        {
            return refused.Errno;                        // no shared memory: the invocation has given itself up
        }
    }

    private void Start(Invocation invocation)
    {
        _reply = _context.Requests.ChainServedBy(_call.ThreadId) is { } chain ? SendIn(chain, invocation) : invocation.SendAsync(CallOptions.None).GetAwaiter();
        if (_reply.IsCompleted)
        {
            Complete();
            return;
        }

        // The generation it notes stays the call's own until the result is taken, which only we do.
        _interrupt = Interrupt.ByCancellation(invocation, default);
        _waits = true;
        _context.Wait(_call, this);
        _reply.UnsafeOnCompleted(_completed ??= Complete);
    }

    /// <summary>What a thread invokes while it serves a request is deeper in the same chain: it must not wait behind those that wait for it.</summary>
    private static ValueTaskAwaiter<Reply> SendIn(CallChain chain, Invocation invocation)
    {
        var outer = SynchronizationContext.Current;
        var context = new CallContext(null);    // nothing is awaited under it
        context.Enter(chain);
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return invocation.SendAsync(CallOptions.None).GetAwaiter();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private void Refuse(Errno error)
    {
        ObjectTranslation.Drop(_inputs, silently: true);
        EndWith(error);
    }

    private static void ClearObjects(InvokeBlock block)
    {
        for (var i = 0; i < block.Count; i++)
        {
            if (block.Raw(i).Is(ParameterKind.ObjrefOutput)) block.SetObject(i, 0, ObjectFlags.None);
        }
    }

    private void EndWith(Errno errno)
    {
        _errno = errno;
        _context.EndInOrder(this);
    }

    /// <summary>The call returns, and this is free for the next one.</summary>
    public void End()
    {
        var (context, call, errno) = (_context, _call, _errno);
        context.Finish(call, errno, _bytes.AsSpan(0, _length));
        _context = null!;
        _call = null!;
        _interrupt = null;
        _reply = default;
        _objects.Clear();
        _sizes.Clear();
        host.Return(this);
    }
}
