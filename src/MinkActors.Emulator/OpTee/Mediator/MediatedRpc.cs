using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>Copies RPC messages between OP-TEE's shadow page and the guest's page (M16, M22, M23, M25).</summary>
internal static class MediatedRpc
{
    /// <summary>Shows OP-TEE's request to the guest, addresses zeroed; false when it does not fit a page or the page is gone.</summary>
    public static bool TryShow(ReadOnlySpan<byte> shadow, IGuestMemory guest, ulong page)
    {
        if (!OpTeeMessage.TryRead(shadow, out var header, out _) || !guest.TryMap(page, out var bytes))
        {
            return false;
        }
        shadow[..OpTeeMessage.HeaderSize].CopyTo(bytes);
        for (var i = 0; i < header.Parameters; i++)
        {
            var parameter = OpTeeMessage.ReadParameter(shadow, i);
            OpTeeMessage.WriteParameter(bytes, i, parameter.Attribute.IsTemporary ? parameter with { A = 0 } : parameter);
        }
        return true;
    }

    /// <summary>
    /// Takes the guest's answer into the shadow: one copy, then the check, so that what was checked is what is used. The command
    /// stays OP-TEE's, and so does the address of each temporary memory that OP-TEE named; an address the guest made up
    /// becomes 0, except for that of an answered SHM_ALLOC, which the caller translates or refuses.
    /// </summary>
    public static bool TryTake(Span<byte> shadow, IGuestMemory guest, ulong page, out OpTeeHeader answer)
    {
        answer = default;
        Span<byte> copy = new byte[PageList.PageSize];
        if (!OpTeeMessage.TryRead(shadow, out var asked, out _) || !guest.TryRead(page, copy)
            || !OpTeeMessage.TryRead(copy, out answer, out _))
        {
            return false;
        }
        answer = answer with { Command = asked.Command };
        var isAllocation = asked.Command == (uint)OpTeeRpcCommand.SharedMemoryAllocate && answer.Result == TeeResult.Success;
        for (var i = 0; i < answer.Parameters; i++)
        {
            var given = OpTeeMessage.ReadParameter(copy, i);
            if (given.Attribute.IsTemporary && !isAllocation)
            {
                var named = i < asked.Parameters ? OpTeeMessage.ReadParameter(shadow, i) : default;
                given = given with { A = named.Attribute.IsTemporary ? named.A : 0 };
            }
            OpTeeMessage.WriteParameter(shadow, i, given);
        }
        OpTeeMessage.WriteHeader(shadow, answer);
        return true;
    }

    /// <summary>Writes the mediator's own SHM_FREE request into the guest's page; false when the page is gone.</summary>
    public static bool TryAskToFree(IGuestMemory guest, ulong page, ulong kind, ulong cookie) =>
        guest.TryMap(page, out var bytes) && OpTeeRpcMessages.FreeShared(bytes, (OpTeeSharedMemoryKind)kind, cookie) > 0;
}
