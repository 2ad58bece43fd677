namespace MinkActors.Protocol;

/// <summary>The registers of a secure monitor call, before it and after it. Addresses are physical, or handles of shared regions in the emulator.</summary>
public struct SmcRegisters
{
    /// <summary>Function id; on return the status.</summary>
    public ulong X0;

    /// <summary>Argument info; on return the response type, meaningful when the status is 0.</summary>
    public ulong X1;

    /// <summary>First address; on return the result, of which the low 32 bits count.</summary>
    public ulong X2;

    /// <summary>First size in bytes.</summary>
    public ulong X3;

    /// <summary>Second address.</summary>
    public ulong X4;

    /// <summary>Second size in bytes.</summary>
    public ulong X5;

    /// <summary>Kept as returned when an interrupted call is issued again.</summary>
    public ulong X6;

    /// <summary>Not used by these calls.</summary>
    public ulong X7;

    /// <summary>Sets all of them, those not named to 0. In place, because what is written word by word and then copied as a whole has to wait for its own stores.</summary>
    public void Set(ulong x0, ulong x1 = 0, ulong x2 = 0, ulong x3 = 0, ulong x4 = 0, ulong x5 = 0)
    {
        X0 = x0;
        X1 = x1;
        X2 = x2;
        X3 = x3;
        X4 = x4;
        X5 = x5;
        X6 = 0;
        X7 = 0;
    }

    /// <summary>0 done, negative an error of <see cref="SmcCall"/>, positive an interruption.</summary>
    public readonly long Status => (long)X0;

    /// <summary><see cref="SmcCall.CallbackRequest"/>, or anything else for completion.</summary>
    public readonly ulong ResponseType => X1;

    /// <summary>The low half of x2, signed; the rest is ignored.</summary>
    public readonly ResultCode Result => (ResultCode)(int)(uint)X2;

    /// <summary>True when a callback request waits in the outbound buffer.</summary>
    public readonly bool IsCallbackRequest => X0 == 0 && X1 == SmcCall.CallbackRequest;
}
