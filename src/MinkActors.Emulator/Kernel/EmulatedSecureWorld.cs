using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The monitor of the emulated secure world: checks registers and buffers, finds or makes the secure thread, and lets it run (spec/02 sections 6 and 7.4).</summary>
internal sealed class EmulatedSecureWorld(SecureDomain domain) : ISecureWorld
{
    public SecureDomain Domain => domain;

    public void Enter(SecureEntry entry)
    {
        ref readonly var registers = ref entry.Registers;
        switch ((uint)registers.X0)
        {
            case SmcCall.InvokeFunctionId or SmcCall.InvokeFunctionId32: Invoke(entry); break;
            case SmcCall.CallbackResponseFunctionId or SmcCall.CallbackResponseFunctionId32: Respond(entry); break;
            default: entry.Return(SmcCall.Failed(SmcCall.StatusNotSupported)); break;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Invoke(SecureEntry entry)
    {
        ref readonly var call = ref entry.Registers;
        if (call.X1 != SmcCall.InvokeArgumentInfo || !IsSize(call.X3) || !IsSize(call.X5))
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusBadArgument));    // the probe with four zeros too
            return;
        }
        if (!TryFind(call.X2, call.X3, out var inbound) || !TryFind(call.X4, call.X5, out var outbound)
            || ReferenceEquals(inbound, outbound) || outbound.PeerTag is not null)
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusBadAddress));
            return;
        }
        if (!domain.TryTakeThread())
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusBusy));
            return;
        }
        domain.Threads.Rent().Begin(entry, inbound, (int)call.X3, outbound);
    }

    private void Respond(SecureEntry entry)
    {
        ref readonly var call = ref entry.Registers;
        if (call.X1 == SmcCall.CallbackResponseArgumentInfo && IsSize(call.X3) && TryFind(call.X2, call.X3, out var outbound)
            && call.X3 == (ulong)outbound.Size && outbound.PeerTag is SecureThread { IsSuspended: true } thread)
        {
            thread.Resume(entry);
            return;
        }
        entry.Return(SmcCall.Failed(SmcCall.StatusBadArgument));
    }

    private static bool IsSize(ulong size) => size is > 0 and <= int.MaxValue && size % SharedRegion.PageSize == 0;

    /// <summary>A buffer starts where its region does: two invocations can never meet inside one.</summary>
    private bool TryFind(ulong address, ulong size, out SharedRegion region)
    {
        region = null!;
        if (!domain.Memory.TryResolve(address, size, out var found, out var offset) || offset != 0) return false;
        region = found;
        return true;
    }
}
