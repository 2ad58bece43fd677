using MinkActors.Protocol;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Testing;

/// <summary>The way into QSEE, with the faults of the transport on it, and a watch over the buffers that are inside.</summary>
internal sealed class FaultyQsee(ISecureWorld inner, SecureWorldContext context, FaultInjector faults, Action<string, string> violated) : FaultyWorld(inner, context, faults, "faulty-qsee")
{
    private static readonly ScmStatus[] Refusals = [ScmStatus.NoMemory, ScmStatus.Busy, ScmStatus.Interrupted, ScmStatus.Error];

    private readonly Dictionary<SecureEntry, ScmRegisters> _interrupted = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<SecureEntry, ulong> _open = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<SecureEntry> _held = new(ReferenceEqualityComparer.Instance);
    private int _inside;

    /// <summary>An application was left in the middle of a call for ever: QSEE cannot be expected to be idle at the end.</summary>
    public bool LeftSomebody { get; private set; }

    public override void Enter(SecureEntry entry)
    {
        if (_interrupted.Remove(entry, out var call)) Continue(entry, call);
        if (++_inside > 1) violated("I-15", "Two SMCs of QSEECOM are inside at once");
        Watch(entry);
        Send(entry);
    }

    /// <summary>A call that was interrupted here comes again with x0 = 1 and everything else as it was.</summary>
    private void Continue(SecureEntry entry, ScmRegisters call)
    {
        var again = ScmRegisters.From(entry.Registers);
        for (var i = 1; i < ScmRegisters.Count; i++)
        {
            if (again[i] != (i == 6 ? 0xC0DE : call[i])) violated("scenario", $"An interrupted call came again with x{i} = 0x{again[i]:X}");
        }
        if (again[0] != 1) violated("scenario", $"An interrupted call came again with x0 = 0x{again[0]:X}");
        entry.Registers = call.ToSmc();
    }

    /// <summary>Whoever sends to an application lends it one block, and may not use that again before the call's end.</summary>
    private void Watch(SecureEntry entry)
    {
        var smc = ScmRegisters.From(entry.Registers);
        if (smc[0] != QseecomCall.AppSend.Id.Value || _open.ContainsKey(entry)) return;
        if (_open.ContainsValue(smc[3]) && !Faults.BooksMayDiffer) violated("I-14", $"The block at 0x{smc[3]:X} is lent to two calls");
        _open[entry] = smc[3];
    }

    protected override void Refuse(SecureEntry entry, int value)
    {
        var status = Refusals[value % Refusals.Length];
        var call = ScmRegisters.From(entry.Registers);
        var registers = new QseecomResponse().ToRegisters(status);
        if (status == ScmStatus.Interrupted)
        {
            _interrupted[entry] = call;
            registers[6] = 0xC0DE;
        }
        else if (status != ScmStatus.Busy)
        {
            // An application that waits for exactly this call waits for ever. A refused session form is tried in the other form.
            if (call[0] is not 0x72000207 && QseecomCall.TryFind(new ScmFunctionId((uint)call[0]), out var found) && !found.WaitsForHeldApps && found.Id.Owner == ScmOwner.SecureOs) LeftSomebody = true;
        }
        GiveBack(entry, registers.ToSmc());
    }

    protected override SmcRegisters Failed(SecureEntry entry) => new QseecomResponse().ToRegisters(ScmStatus.Error).ToSmc();

    protected override void CorruptAnswer(SecureEntry entry, ref SmcRegisters registers, int value)
    {
        var damaged = ScmRegisters.From(registers);
        damaged[value % 4] ^= 1ul << value % 33;
        registers = damaged.ToSmc();
    }

    protected override void GiveBack(SecureEntry entry, in SmcRegisters returned)
    {
        _inside--;
        var registers = ScmRegisters.From(returned);
        if (registers[0] == 0 && registers[1] is QseecomResult.Incomplete or QseecomResult.BlockedOnListener) _held.Add(entry);
        else if (registers[0] == 0) _held.Remove(entry);
        // Refused before QSEE had it, or answered for good: the block is the caller's again.
        if (registers[0] != (ulong)ScmStatus.Interrupted && !_held.Contains(entry)) _open.Remove(entry);
        entry.Return(returned);
    }
}
