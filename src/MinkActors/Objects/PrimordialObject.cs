using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The object that the secure world has from the start: yield, sleep, map a region, and one registrable extension (spec/01 section 9).</summary>
internal sealed class PrimordialObject(NormalDomain domain) : MinkObject(domain, 1)
{
    private const ushort MapRegion = 0;
    private const ushort Yield = 1;
    private const ushort Sleep = 2;
    private const uint MapRegionCounts = 0x1110;
    private const uint SleepCounts = 0x0001;
    private const uint ReadWrite = 6;

    private HostedObject? _extension;

    public override ObjectKind Kind => ObjectKind.Primordial;

    public override bool IsCounted => false;

    public override string Name => "primordial";

    public override Invocation BeginInvocation() => Domain.LocalInvocations.Rent();

    protected override void LastReferenceGone() => Invariant.Holds(false);

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case IncomingCall call: Dispatch(call); break;
            case Wake wake: wake.End(); break;
            case AbandonCall abandon: EndSleep(abandon); break;
            case SetExtension set: set.Reply(TrySetExtension(set.Extension, set.Expected)); break;
        }
    }

    private void Dispatch(IncomingCall call)
    {
        switch (call.Operation.Method)
        {
            case MapRegion: Answer(call, Map(call)); break;
            case Yield: Tell(new Wake(call)); break;
            case Sleep: StartSleep(call); break;
            default:
                if (_extension is { } extension) extension.Tell(call);
                else Answer(call, -(int)Errno.EINVAL);
                break;
        }
    }

    /// <summary>The mapping is the memory object again: one more reference, which the answer carries out under a new id.</summary>
    private static int Map(IncomingCall call)
    {
        if (call.Counts.Word != MapRegionCounts || call.OutputCapacity(0) < MappingInfo.Size) return -(int)Errno.EINVAL;
        if (call.PeekInput(0) is not MemoryObject memory) return -(int)Errno.EINVAL;
        var info = new MappingInfo(memory.Region.PhysicalAddress, (ulong)memory.Region.Size, ReadWrite);
        info.TryWrite(call.Output(0));
        call.SetOutputSize(0, call.OutputCapacity(0));
        memory.Retain();
        call.AnswerObject(0, memory);
        return 0;
    }

    private void StartSleep(IncomingCall call)
    {
        if (call.Counts.Word != SleepCounts || call.Input(0).Length < sizeof(uint))
        {
            Answer(call, -(int)Errno.EINVAL);
            return;
        }
        var milliseconds = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(call.Input(0));
        var due = TimeSpan.FromMilliseconds(milliseconds);
        if (due > domain.Limits.SleepMax)
        {
            domain.Refused($"SLEEP for {milliseconds} ms, the limit is {domain.Limits.SleepMax.TotalMilliseconds} ms", call);
            Answer(call, -(int)Errno.EINVAL);
            return;
        }
        call.Deadline = System.StartTimer(this, due, new Wake(call));
    }

    /// <summary>The caller is gone: a sleep ends at once and says so (spec/11 D-26). A yield ends by itself.</summary>
    private static void EndSleep(AbandonCall abandon)
    {
        var call = abandon.Call;
        if (call.Life != abandon.Life || call.Deadline is not { } sleep || !sleep.Cancel()) return;
        call.Deadline = null;
        call.Result = abandon.Code;
        call.Carrier!.Finished(call);
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
        private readonly uint _life = call.Life;

        public void End()
        {
            if (call.Life != _life) return;
            call.Deadline = null;
            Answer(call, 0);
        }

        protected override void Undeliverable(ActorRef target) => End();
    }

    /// <summary>Registers an extension where there is none, or takes the registered one away (spec/11 D-36).</summary>
    internal sealed class SetExtension(HostedObject? extension, HostedObject? expected) : Request<bool>
    {
        public HostedObject? Extension => extension;
        public HostedObject? Expected => expected;
    }
}
