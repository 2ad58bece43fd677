using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>The way into QTEE, with faults on it, and a watch over the buffers that are inside.</summary>
internal sealed class FaultySecureWorld(ISecureWorld inner, SecureWorldContext context, FaultInjector faults) : FaultyWorld(inner, context, faults, "faulty-transport")
{
    private static readonly long[] Refusals = [SmcCall.StatusNoMemory, SmcCall.StatusBusy, SmcCall.StatusInterrupted, SmcCall.StatusFailed];

    private readonly Lock _lock = new();                 // entries come from any thread when the system is live
    private readonly Dictionary<SecureEntry, ulong> _interrupted = new(ReferenceEqualityComparer.Instance);
    private int _interruptions;

    /// <summary>Entries that the normal world has given away and not got back, with the buffers lent.</summary>
    public Dictionary<SecureEntry, (SharedRegion? Inbound, SharedRegion Outbound)> InTransit { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Judges each message on its way.</summary>
    public WireWatch? Wire { get; set; }

    /// <summary>Told before an entry is taken: the place to look at what the normal world gives away.</summary>
    public Action<SecureEntry, SharedRegion?, SharedRegion>? Entered { get; set; }

    public override void Enter(SecureEntry entry)
    {
        var asIssued = entry.Registers;
        // A call that was interrupted here comes again with "continue" for its function: the inner world has not seen it yet.
        lock (_lock)
        {
            if (_interrupted.Remove(entry, out var function)) entry.Registers.X0 = function;
        }
        var isResponse = IsResponse(entry.Registers);
        var outbound = Resolve(isResponse ? entry.Registers.X2 : entry.Registers.X4);
        var inbound = isResponse ? null : Resolve(entry.Registers.X2);
        Wire?.Leaves(entry, asIssued, inbound, outbound);
        Entered?.Invoke(entry, inbound, outbound);
        lock (_lock) InTransit.Add(entry, (inbound, outbound));
        Send(entry);
    }

    private SharedRegion Resolve(ulong address) => Context.Memory.TryResolve(address, 1, out var region, out var offset) && offset == 0
        ? region
        : throw new InvariantViolatedException("I-14", $"A call names 0x{address:X}, which is not the start of a shared region");

    protected override void GiveBack(SecureEntry entry, in SmcRegisters registers)
    {
        (SharedRegion? Inbound, SharedRegion Outbound) lent;
        lock (_lock) InTransit.Remove(entry, out lent);
        Wire?.ComesBack(entry, registers, lent.Outbound);
        entry.Return(registers);
    }

    protected override FaultPoint? EntryPoint(SecureEntry entry) => IsRelease(entry) ? FaultPoint.Release : FaultPoint.TransportEntry;

    /// <summary>An answer to a callback that is refused for good leaves its thread stuck.</summary>
    protected override void Refuse(SecureEntry entry, int value)
    {
        var status = Refusals[value % Refusals.Length];
        if (IsResponse(entry.Registers) && status is not (SmcCall.StatusBusy or SmcCall.StatusInterrupted)) Faults.BreakBooks();
        // What comes in x6 has to go back as it is (spec/02 section 6).
        var answer = SmcCall.Failed(status);
        if (status == SmcCall.StatusInterrupted)
        {
            lock (_lock)
            {
                _interrupted[entry] = entry.Registers.X0;
                answer.X6 = 0x5E55_0000_0000_0000 + (ulong)++_interruptions;
            }
        }
        GiveBack(entry, answer);
    }

    protected override SmcRegisters Failed(SecureEntry entry) => SmcCall.Failed(SmcCall.StatusFailed);

    protected override bool TryCorrupt(SecureEntry entry, int value)
    {
        Flip(entry.Registers.X2, value);
        return true;
    }

    protected override void CorruptAnswer(SecureEntry entry, ref SmcRegisters registers, int value)
    {
        switch (value % 3)
        {
            case 0: Flip(IsResponse(entry.Registers) ? entry.Registers.X2 : entry.Registers.X4, value / 3); break;
            case 1: Flip(entry.Registers.X2, value / 3); break;
            default: registers.X1 ^= SmcCall.CallbackRequest; break;
        }
    }

    /// <summary>The same call once more, while the secure world works on the first: the monitor has to refuse it.</summary>
    protected override bool MayRepeat(SecureEntry entry) =>
        !IsResponse(entry.Registers) && Context.Memory.TryResolve(entry.Registers.X4, 1, out var outbound, out _) && outbound.PeerTag is SecureThread { IsBusy: true };

    protected override bool WasRefused(in SmcRegisters registers) => registers.Status != 0;

    /// <summary>Headers are short and everything hangs on them: the first 64 bytes are hit most often.</summary>
    private void Flip(ulong address, int value)
    {
        if (!Context.Memory.TryResolve(address, 1, out var region, out _)) return;
        var offset = value % 4 == 0 ? value % region.Size : value % 64;
        region.Peer(offset, 1)[0] ^= (byte)(1 << value % 8);
    }

    internal bool IsRelease(SecureEntry entry) =>
        !IsResponse(entry.Registers) && Context.Memory.TryResolve(entry.Registers.X2, 16, out var inbound, out _)
        && BitConverter.ToUInt32(inbound.PeerRead[4..8]) == Operation.Release.Word;

    internal static bool IsResponse(in SmcRegisters registers) => (uint)registers.X0 is SmcCall.CallbackResponseFunctionId or SmcCall.CallbackResponseFunctionId32;
}
