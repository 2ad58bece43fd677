using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Testing;

/// <summary>The way into an OP-TEE, or into a mediator, with the faults of the transport on it.</summary>
/// <remarks>
/// Fast calls pass untouched: they are answered in registers before anything else can happen to them. A new call can be refused
/// with any of OP-TEE's codes; a resume cannot, the monitor has nothing to say to it. A resume that comes twice must be refused
/// the second time; a monitor that ran a new call twice would be another OP-TEE.
/// </remarks>
internal sealed class FaultyOpTee(ISecureWorld inner, SecureWorldContext context, FaultInjector faults) : FaultyWorld(inner, context, faults, "faulty-optee")
{
    private static readonly OpTeeReturn[] Refusals = [OpTeeReturn.ThreadLimit, OpTeeReturn.Busy, OpTeeReturn.NoMemory, OpTeeReturn.BadAddress];

    private readonly Dictionary<SecureEntry, ulong> _messages = new(ReferenceEqualityComparer.Instance);

    public override void Enter(SecureEntry entry)
    {
        var registers = OpTeeRegisters.From(entry.Registers);
        if (new OpTeeFunctionId(registers[0]).CarriesMessage) _messages[entry] = registers.Pair(1);
        Send(entry);
    }

    protected override FaultPoint? EntryPoint(SecureEntry entry) => IsFast(entry) ? null : FaultPoint.TransportEntry;

    protected override FaultPoint? ExitPoint(SecureEntry entry) => IsFast(entry) ? null : FaultPoint.TransportExit;

    protected override void Refuse(SecureEntry entry, int value)
    {
        if (IsResume(entry)) Submit(entry);
        else GiveBack(entry, With(entry, Refusals[value % Refusals.Length]));
    }

    protected override SmcRegisters Failed(SecureEntry entry) => With(entry, OpTeeReturn.Busy);

    protected override bool TryCorrupt(SecureEntry entry, int value)
    {
        if (value % 2 == 0) Flip(entry, value / 2);
        else entry.Registers = Flipped(entry.Registers, value / 2);
        return true;
    }

    protected override void CorruptAnswer(SecureEntry entry, ref SmcRegisters registers, int value)
    {
        if (value % 2 == 0) Flip(entry, value / 2);
        else registers = Flipped(registers, value / 2);
    }

    protected override bool MayRepeat(SecureEntry entry) => IsResume(entry);

    protected override bool WasRefused(in SmcRegisters registers) => (uint)registers.X0 == (uint)OpTeeReturn.Resume;

    protected override void GiveBack(SecureEntry entry, in SmcRegisters registers)
    {
        if (!OpTeeReturnWord.IsRpc((uint)registers.X0, out _)) _messages.Remove(entry);
        entry.Return(registers);
    }

    private static bool IsFast(SecureEntry entry) => new OpTeeFunctionId((uint)entry.Registers.X0).IsFast;

    private static bool IsResume(SecureEntry entry) => new OpTeeFunctionId((uint)entry.Registers.X0) == OpTeeFunctionId.ReturnFromRpc;

    private static SmcRegisters With(SecureEntry entry, OpTeeReturn code)
    {
        var registers = OpTeeRegisters.From(entry.Registers);
        registers[0] = (uint)code;
        return registers.ToSmc();
    }

    /// <summary>One bit of a0 to a5: function, address, cookie, thread.</summary>
    private static SmcRegisters Flipped(in SmcRegisters registers, int value)
    {
        var damaged = OpTeeRegisters.From(registers);
        damaged[value % 6] ^= 1u << value / 6 % 32;
        return damaged.ToSmc();
    }

    /// <summary>One bit of the call's message: of its header and first parameters most often.</summary>
    private void Flip(SecureEntry entry, int value)
    {
        if (!_messages.TryGetValue(entry, out var message) || !Context.Memory.TryResolve(message, 1, out var region, out var start)) return;
        var offset = value % 4 == 0 ? value % (region.Size - start) : value % Math.Min(region.Size - start, 160);
        region.Peer(start + offset, 1)[0] ^= (byte)(1 << value % 8);
    }
}
