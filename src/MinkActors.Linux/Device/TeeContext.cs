using MinkActors.Actors;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>One open file of the device: a client domain with its own secure objects, requests, and use of shared memory (spec/03 section 1).</summary>
internal sealed class TeeContext : ITeeFile
{
    private readonly TeeDeviceHost _host;
    private readonly Deliveries _deliveries;
    private readonly HandOver _handOver;
    private readonly AnswerReader _answers;
    private readonly Lock _gate = new();
    private readonly Dictionary<TeeCall, ObjectInvocation> _invocations = new(ReferenceEqualityComparer.Instance);
    private int _userObjects;
    private int _underWay;

    public TeeContext(TeeDeviceHost host, int number, ClientAccount account)
    {
        _host = host;
        Account = account;
        Number = number;
        Name = $"context {number}";
        Requests = new RequestQueue(this, host.Limits);
        Objects = new SecureObjectTable(host.Limits.SecureObjectsMax, account.SecureObjects);
        Translation = new ObjectTranslation(this);
        _handOver = new HandOver(this);
        _answers = new AnswerReader(this);
        _deliveries = host.Domain.Actors.Spawn(new Deliveries(this), $"tee context {number}");
    }

    /// <summary>Counts the opens of this device, from 1.</summary>
    public int Number { get; }

    public string Name { get; }

    /// <summary>Of the process that opened it.</summary>
    public ClientAccount Account { get; }

    public NormalDomain Domain => _host.Domain;

    public SharedBuffers Buffers => _host.Buffers;

    public RequestQueue Requests { get; }

    public SecureObjectTable Objects { get; }

    public ObjectTranslation Translation { get; }

    /// <summary>User objects that S holds or may hold.</summary>
    public int UserObjects => Volatile.Read(ref _userObjects);

    public void Ioctl(TeeCall call)
    {
        switch (call.Request)
        {
            case TeeIoctl.ObjectInvoke: _host.RentInvocation().Begin(this, call); break;
            case TeeIoctl.SupplicantReceive: Receive(call); break;
            case TeeIoctl.SupplicantSend: _answers.Run(call); break;
            case TeeIoctl.Version: Version(call); break;
            case TeeIoctl.ShmAlloc: Allocate(call); break;
            case TeeIoctl.ShmRegister: Finish(call, ShmRegisterData.Refuse(ref Memory(call, out var memory), call.Argument), default); break;
            case TeeIoctl.ShmRegisterDescriptor: Finish(call, ShmRegisterDescriptorData.Refuse(ref Memory(call, out memory), call.Argument), default); break;
            default: Finish(call, Errno.EINVAL, default); break;
        }
    }

    public void Interrupted(TeeCall call)
    {
        if (!Requests.TryWithdraw(call)) return;         // it has its request already, and takes it along
        _host.Observer?.Ended(Number, call.ThreadId, TeeIoctl.SupplicantReceive, Errno.EINTR, default);
        call.Interrupt();
    }

    public void Abandoned(TeeCall call)
    {
        if (Requests.TryWithdraw(call)) return;
        lock (_gate)
        {
            if (_invocations.TryGetValue(call, out var invocation)) invocation.Abandon();
        }
    }

    public void Close()
    {
        Requests.Close();
        Objects.Close();
        Buffers.ContextClosed(this);
        Domain.Actors.Stop(_deliveries);
        _host.Closed(this);
    }

    /// <summary>Ends a call, here and for observers. False: it had ended, or the client is gone.</summary>
    public bool Finish(TeeCall call, Errno errno, ReadOnlySpan<byte> block)
    {
        _host.Observer?.Ended(Number, call.ThreadId, call.Request, errno, block);
        return errno == Errno.Ok ? call.Return(0) : call.Fail(errno);
    }

    /// <summary>Ends a receiver's call.</summary>
    public bool End(WaitingReceiver receiver, Errno errno) => Finish(receiver.Call, errno, receiver.Bytes);

    /// <summary>Sees to it, in a turn of its own, that requests and receivers meet.</summary>
    public void Deliver() => _deliveries.Tell(new Deliveries.Look());

    /// <summary>Ends an invocation's call: behind the requests that are on their way to receivers of this context, if there are any.</summary>
    public void EndInOrder(ObjectInvocation invocation)
    {
        if (Requests.IsDelivering) _deliveries.Tell(new Deliveries.EndInvocation(invocation));
        else invocation.End();
    }

    public bool TryCountUserObject()
    {
        if (!Account.UserObjects.TryTake()) return false;
        if (Interlocked.Increment(ref _userObjects) <= _host.Limits.UserObjectsMax) return true;
        UserObjectEnded();
        return false;
    }

    public void UserObjectEnded()
    {
        Interlocked.Decrement(ref _userObjects);
        Account.UserObjects.GiveBack();
    }

    public bool TryCountInvocation()
    {
        if (!Account.Invocations.TryTake()) return false;
        if (Interlocked.Increment(ref _underWay) <= _host.Limits.InvocationsMax) return true;
        InvocationEnded();
        return false;
    }

    public void InvocationEnded()
    {
        Interlocked.Decrement(ref _underWay);
        Account.Invocations.GiveBack();
    }

    /// <summary>Remembers a waiting invocation, to be found when its thread is killed.</summary>
    public void Wait(TeeCall call, ObjectInvocation invocation)
    {
        lock (_gate) _invocations.Add(call, invocation);
    }

    public void WaitIsOver(TeeCall call)
    {
        lock (_gate) _invocations.Remove(call);
    }

    /// <summary>Pairs requests with receivers until none is left that fits.</summary>
    public void MatchRequests()
    {
        while (Requests.TryMatch(out var receiver, out var request))
        {
            if (request is null) End(receiver!, Errno.EINVAL);
            else Serve(receiver!, request);
        }
    }

    private void Receive(TeeCall call)
    {
        Span<byte> scratch = stackalloc byte[TeeLimits.BlockBytesMax];
        var error = SupplicantReceiveBlock.TryRead(ref Memory(call, out _), call.Argument, scratch, out var block);
        if (error != Errno.Ok)
        {
            Finish(call, error, default);
            return;
        }

        var bytes = scratch[..SupplicantReceiveBlock.BytesFor(block.Count)].ToArray();
        Serve(new WaitingReceiver(call, bytes, block.Address), null);
    }

    /// <summary>Hands a receiver its request; when that one ends on the way, the receiver asks for the next.</summary>
    private void Serve(WaitingReceiver receiver, UserRequest? request)
    {
        while (request is null || !_handOver.Run(receiver, request))
        {
            var error = Requests.Receive(receiver, out request);
            if (error != Errno.Ok) End(receiver, error);
            if (request is null) return;
        }
    }

    private void Version(TeeCall call)
    {
        Span<byte> bytes = stackalloc byte[VersionData.SizeBytes];
        VersionData.Qtee.Write(bytes);
        Finish(call, call.TryWrite(call.Argument, bytes) ? Errno.Ok : Errno.EFAULT, bytes);
    }

    private void Allocate(TeeCall call)
    {
        var error = ShmAllocData.TryRead(ref Memory(call, out _), call.Argument, out var data);
        ulong size = 0;
        if (error == Errno.Ok) error = data.TryRoundToPages(SharedRegion.PageSize, int.MaxValue - SharedRegion.PageSize, out size);
        SharedBuffer? buffer = null;
        var descriptor = -1;
        if (error == Errno.Ok) error = Buffers.TryAllocate(this, (int)size, out buffer, out descriptor);
        if (error != Errno.Ok)
        {
            Finish(call, error, default);
            return;
        }

        Span<byte> bytes = stackalloc byte[ShmAllocData.SizeBytes];
        new ShmAllocData(size, 0, buffer!.Id).Write(bytes);
        if (!call.TryWrite(call.Argument, bytes))
        {
            Buffers.TakeBack(buffer);
            Finish(call, Errno.EFAULT, default);
        }
        else
        {
            _host.Observer?.Ended(Number, call.ThreadId, call.Request, Errno.Ok, bytes);
            if (call.ReturnDescriptor(descriptor, closeOnExec: false) != Errno.Ok) Buffers.TakeBack(buffer);
        }

        _ = Native.Descriptors.Close(descriptor);
    }

    private ref ClientMemory Memory(TeeCall call, out ClientMemory memory)
    {
        memory = new ClientMemory(call, this);
        return ref System.Runtime.CompilerServices.Unsafe.AsRef(in memory);
    }

    /// <summary>Where requests are copied to receivers that waited: a client whose memory stalls holds up its own context and nobody else.</summary>
    private sealed class Deliveries(TeeContext context) : Actor
    {
        protected override ActorPlacement Placement => ActorPlacement.OwnTurn;

        protected override void Receive(Message message)
        {
            if (message is EndInvocation end) end.Invocation.End();
            else context.MatchRequests();
        }

        internal sealed class Look : Message;

        internal sealed class EndInvocation(ObjectInvocation invocation) : Message
        {
            public ObjectInvocation Invocation => invocation;

            protected override void Undeliverable(ActorRef target) => invocation.End();
        }
    }
}
