using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The object that the secure world has from the start: yield, sleep, map a region, and one registrable extension (spec/01 section 9).</summary>
internal sealed class PrimordialObject(NormalDomain domain) : MinkObject(domain, Uncounted)
{
    private readonly Dictionary<IncomingCall, ActorTimer> _sleeping = [];
    private HostedObject? _extension;

    public override ObjectKind Kind => ObjectKind.Primordial;

    protected override string DefaultName => "primordial";

    public override Invocation BeginInvocation() => Domain.RentLocalInvocation();

    protected override void LastReferenceGone() => Invariant.Holds(false);

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case IncomingCall call: Dispatch(call); break;
            case Wake wake: End(wake.Call); break;
            case AbandonCall abandon: EndSleep(abandon); break;
            case SetExtension set: set.Reply(TrySetExtension(set.Extension, set.Expected)); break;
        }
    }

    private void Dispatch(IncomingCall call)
    {
        switch (call.Operation.Method)
        {
            case PrimordialOperation.MapRegion: Answer(call, Map(call)); break;
            case PrimordialOperation.Yield: Tell(new Wake(call)); break;
            case PrimordialOperation.Sleep: StartSleep(call); break;
            default:
                if (_extension is { } extension) Pass(call, extension);
                else Answer(call, -(int)Errno.EINVAL);
                break;
        }
    }

    /// <summary>From here on the call is the extension's as if it had been aimed at it: what comes later for it finds it there.</summary>
    private static void Pass(IncomingCall call, HostedObject extension)
    {
        extension.Retain();
        call.Host = extension;
        extension.Tell(call);
    }

    /// <summary>The mapping is the memory object again: one more reference, which the answer carries out under a new id.</summary>
    private static int Map(IncomingCall call)
    {
        if (call.Counts.Word != PrimordialOperation.MapRegionCounts || call.OutputCapacity(0) < MappingInfo.Size) return -(int)Errno.EINVAL;
        if (call.PeekInput(0) is not MemoryObject memory) return -(int)Errno.EINVAL;
        // Protected memory is mapped by those who were given it as such, and not because it lies in an ordinary object (spec 10, R4).
        if (memory.Region.IsProtected && memory.ProtectedRights is null) return -(int)Errno.EINVAL;
        var info = new MappingInfo(memory.Region.PhysicalAddress, (ulong)memory.Region.Size, memory.ProtectedRights ?? MappingInfo.ReadWrite);
        info.TryWrite(call.Output(0), out _);
        call.SetOutputSize(0, call.OutputCapacity(0));
        memory.Retain();
        call.AnswerObject(0, memory);
        return 0;
    }

    private void StartSleep(IncomingCall call)
    {
        if (call.Counts.Word != PrimordialOperation.SleepCounts || !SleepRequest.TryRead(call.Input(0), out var request, out _))
        {
            Answer(call, -(int)Errno.EINVAL);
            return;
        }
        var due = TimeSpan.FromMilliseconds(request.Milliseconds);
        if (due > domain.Limits.SleepMax)
        {
            domain.Refused($"SLEEP for {request.Milliseconds} ms, the limit is {domain.Limits.SleepMax.TotalMilliseconds} ms", call);
            Answer(call, -(int)Errno.EINVAL);
            return;
        }
        _sleeping[call] = System.StartTimer(this, due, new Wake(call));
    }

    /// <summary>The caller is gone: a sleep ends at once and says so (spec/11 D-26). A yield ends by itself.</summary>
    private void EndSleep(AbandonCall abandon)
    {
        if (abandon.Call.Life != abandon.Life) return;
        if (abandon.Call.Host is HostedObject extension) extension.Tell(new AbandonCall(abandon.Call, abandon.Code));
        if (!_sleeping.TryGetValue(abandon.Call, out var sleep) || !sleep.Cancel()) return;
        _sleeping.Remove(abandon.Call);
        abandon.Call.Result = abandon.Code;
        abandon.Call.Carrier!.Finished(abandon.Call);
    }

    private void End(IncomingCall call)
    {
        _sleeping.Remove(call);
        Answer(call, 0);
    }

    private bool TrySetExtension(HostedObject? extension, HostedObject? expected)
    {
        if (!ReferenceEquals(_extension, expected)) return false;
        _extension = extension;
        return true;
    }

    private static void Answer(IncomingCall call, int outcome)
    {
        call.Result = ErrnoMapping.ToResult(outcome);
        call.Carrier!.Finished(call);
    }

    /// <summary>Ends a yield or a sleep.</summary>
    private sealed class Wake(IncomingCall call) : Message
    {
        public IncomingCall Call => call;

        protected override void Undeliverable(ActorRef target) => Answer(call, -(int)Errno.ENODEV);
    }

    /// <summary>Registers an extension where there is none, or takes the registered one away (spec/11 D-36).</summary>
    internal sealed class SetExtension(HostedObject? extension, HostedObject? expected) : Request<bool>
    {
        public HostedObject? Extension => extension;
        public HostedObject? Expected => expected;
    }
}
