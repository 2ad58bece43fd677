using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>A SUPPL_RECV that was accepted: what it offers, kept in private memory while it waits.</summary>
internal sealed class WaitingReceiver(TeeCall call, byte[] block, ulong blockAddress)
{
    public TeeCall Call => call;

    /// <summary>The thread; read now, since a call that has ended may be another's.</summary>
    public int ThreadId { get; } = call.ThreadId;

    public SupplicantReceiveBlock Block => SupplicantReceiveBlock.Resume(block, blockAddress);

    public ReadOnlySpan<byte> Bytes => block;

    private readonly TeeParameter _offer = SupplicantReceiveBlock.Resume(block, blockAddress).Raw(0);
    private readonly int _argumentsMax = SupplicantReceiveBlock.Resume(block, blockAddress).ArgumentsMax;

    public ReceivePlacement Placement => new(_offer.A, _offer.B);

    /// <summary>Checks 6 and 7: enough parameters, and room for every input payload.</summary>
    public bool Fits(UserRequest request)
    {
        if (_argumentsMax < request.Arguments) return false;
        if (request.Call is not { } call) return true;
        var placement = Placement;
        for (var i = 0; i < call.Counts.InputBuffers; i++)
        {
            if (!placement.TryPlace((ulong)call.Table.InputBuffer(i).Size, out _)) return false;
        }

        return true;
    }
}
