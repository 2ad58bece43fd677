using MinkActors.Protocol.OpTee;

namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>Outcomes of the service, numbered as the Mink column of spec 10 section 6 numbers them.</summary>
public enum ProtectedMemoryError
{
    /// <summary>Done.</summary>
    Ok = 0,
    /// <summary>Sizes, alignment, wrap, unknown op, flag or use case, bad rights.</summary>
    BadParameters = 2,
    /// <summary>Room for the answer too small.</summary>
    ShortBuffer = 4,
    /// <summary>The pool cannot satisfy the size now.</summary>
    NoMemory = 5,
    /// <summary>Unknown, foreign or releasing handle; unknown device or capability.</summary>
    NotFound = 10,
    /// <summary>All slots taken, or too many grants.</summary>
    NoSlot = 11,
    /// <summary>Overlap with what is not free.</summary>
    Conflict = 12,
    /// <summary>References remain and waiting was declined.</summary>
    Busy = 13,
    /// <summary>Policy: device, rights, client.</summary>
    AccessDenied = 14,
    /// <summary>No dynamic regions, or the op is not on this carrier.</summary>
    NotSupported = 15,
    /// <summary>The range is not inside a window.</summary>
    OutOfWindow = 16,
}

/// <summary>The other two columns.</summary>
public static class ProtectedMemoryErrors
{
    /// <summary>The code on the OP-TEE and QSEECOM carriers.</summary>
    public static TeeResult ToTee(this ProtectedMemoryError error) => error switch
    {
        ProtectedMemoryError.Ok => TeeResult.Success,
        ProtectedMemoryError.ShortBuffer => TeeResult.ShortBuffer,
        ProtectedMemoryError.NoMemory => TeeResult.OutOfMemory,
        ProtectedMemoryError.NotFound => TeeResult.ItemNotFound,
        ProtectedMemoryError.NoSlot => TeeResult.StorageNoSpace,
        ProtectedMemoryError.Conflict => TeeResult.AccessConflict,
        ProtectedMemoryError.Busy => TeeResult.Busy,
        ProtectedMemoryError.AccessDenied => TeeResult.AccessDenied,
        ProtectedMemoryError.NotSupported => TeeResult.NotSupported,
        ProtectedMemoryError.OutOfWindow => TeeResult.Security,
        _ => TeeResult.BadParameters,
    };

    /// <summary>The Linux error number, positive.</summary>
    public static int ToErrno(this ProtectedMemoryError error) => error switch
    {
        ProtectedMemoryError.Ok => 0,
        ProtectedMemoryError.ShortBuffer => 28,
        ProtectedMemoryError.NoMemory => 12,
        ProtectedMemoryError.NotFound => 2,
        ProtectedMemoryError.NoSlot => 24,
        ProtectedMemoryError.Conflict => 17,
        ProtectedMemoryError.Busy => 16,
        ProtectedMemoryError.AccessDenied => 13,
        ProtectedMemoryError.NotSupported => 95,
        ProtectedMemoryError.OutOfWindow => 1,
        _ => 22,
    };

    /// <summary>Reads the TEE column back; false for a code that is not in it.</summary>
    public static bool TryFromTee(TeeResult code, out ProtectedMemoryError error)
    {
        error = code switch
        {
            TeeResult.Success => ProtectedMemoryError.Ok,
            TeeResult.ShortBuffer => ProtectedMemoryError.ShortBuffer,
            TeeResult.OutOfMemory => ProtectedMemoryError.NoMemory,
            TeeResult.ItemNotFound => ProtectedMemoryError.NotFound,
            TeeResult.StorageNoSpace => ProtectedMemoryError.NoSlot,
            TeeResult.AccessConflict => ProtectedMemoryError.Conflict,
            TeeResult.Busy => ProtectedMemoryError.Busy,
            TeeResult.AccessDenied => ProtectedMemoryError.AccessDenied,
            TeeResult.NotSupported => ProtectedMemoryError.NotSupported,
            TeeResult.Security => ProtectedMemoryError.OutOfWindow,
            _ => ProtectedMemoryError.BadParameters,
        };
        return code == error.ToTee();
    }
}
