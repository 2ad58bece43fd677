using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Testing;

/// <summary>The way into an OP-TEE, with faults on it: calls and returns that come late, and threads that are all taken.</summary>
internal sealed class FaultyOpTee : Actor, ISecureWorld
{
    private readonly ISecureWorld _inner;
    private readonly FaultInjector _faults;
    private readonly Dictionary<SecureEntry, SecureEntry> _passed = new(ReferenceEqualityComparer.Instance);

    private FaultyOpTee(ISecureWorld inner, FaultInjector faults) => (_inner, _faults) = (inner, faults);

    public static FaultyOpTee Around(ISecureWorld inner, ActorSystem actors, FaultInjector faults) => actors.Spawn(new FaultyOpTee(inner, faults), "faulty-optee");

    public void Enter(SecureEntry entry) => Tell(new Entering(entry));

    public ValueTask DisposeAsync()
    {
        System.Stop(this);
        return _inner.DisposeAsync();
    }

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Entering entering: Entered(entering.Entry); break;
            case GoingOn goingOn: Submit(goingOn.Entry); break;
            case SecureEntry back when _passed.Remove(back, out var entry): Returned(entry, back); break;
            case Returning returning: returning.Entry.Return(returning.Registers.ToSmc()); break;
        }
    }

    private void Entered(SecureEntry entry)
    {
        var fault = _faults.Pass(FaultPoint.TransportEntry);
        var registers = OpTeeRegisters.From(entry.Registers);
        if (fault?.Action == FaultAction.Refuse && registers[0] == OpTeeFunctionId.CallWithArg.Value)
        {
            registers[0] = (uint)OpTeeReturn.ThreadLimit;
            entry.Return(registers.ToSmc());
        }
        else if (fault?.Action is FaultAction.Delay or FaultAction.Reorder) System.StartTimer(this, TimeSpan.FromMilliseconds(fault.Value!.Value), new GoingOn(entry));
        else Submit(entry);
    }

    private void Submit(SecureEntry entry)
    {
        var passed = new SecureEntry(this) { Registers = entry.Registers };
        _passed[passed] = entry;
        passed.Enter(_inner);
    }

    private void Returned(SecureEntry entry, SecureEntry back)
    {
        var registers = OpTeeRegisters.From(back.Registers);
        var fault = _faults.Pass(FaultPoint.TransportExit);
        if (fault?.Action is FaultAction.Delay or FaultAction.Reorder) System.StartTimer(this, TimeSpan.FromMilliseconds(fault.Value!.Value), new Returning(entry, registers));
        else entry.Return(back.Registers);
    }

    private sealed class Entering(SecureEntry entry) : Message
    {
        public SecureEntry Entry => entry;
    }

    private sealed class GoingOn(SecureEntry entry) : Message
    {
        public SecureEntry Entry => entry;
    }

    private sealed class Returning(SecureEntry entry, OpTeeRegisters registers) : Message
    {
        public SecureEntry Entry => entry;
        public OpTeeRegisters Registers => registers;
    }
}
