using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom;

/// <summary>Result codes in x1 of an answered call (spec 08 section 5). Compared at full register width.</summary>
public static class QseecomResult
{
    /// <summary>Done.</summary>
    public const ulong Success = 0;
    /// <summary>A listener has to work now; data names it.</summary>
    public const ulong Incomplete = 1;
    /// <summary>The listener is busy with another app; data names it, the response type is the session.</summary>
    public const ulong BlockedOnListener = 2;
    /// <summary>An object-invoke callback is wanted; not valid on an app send.</summary>
    public const ulong CallbackRequest = 3;
    /// <summary>Failure, zero-extended. A sign-extended one is "some other result".</summary>
    public const ulong Failure = 0xFFFF_FFFF;
    /// <summary>The app is in the middle of another call (-315).</summary>
    public const ulong AppBusy = unchecked((ulong)-315L);
    /// <summary>No thread for the command (-19).</summary>
    public const ulong NoThread = unchecked((ulong)-19L);
}

/// <summary>Response types in x2 of an answered call.</summary>
public static class QseecomResponseType
{
    /// <summary>Data is an app id.</summary>
    public const ulong AppId = 0xEE01;
    /// <summary>Data is a listener id.</summary>
    public const ulong ListenerId = 0xEE02;
}

/// <summary>The response record: x1, x2 and x3 of a return, whatever the status was; all zero when no SMC was made.</summary>
public readonly record struct QseecomResponse(ulong Result, ulong Type, ulong Data)
{
    /// <summary>Size of the vendor's packed form: three u32.</summary>
    public const int LegacySize = 12;

    /// <summary>The record of a return.</summary>
    public static QseecomResponse From(in ScmRegisters returned) => new(returned[1], returned[2], returned[3]);

    /// <summary>The registers of an answered call with this record.</summary>
    public ScmRegisters ToRegisters(ScmStatus status = ScmStatus.Answered)
    {
        ScmRegisters registers = default;
        registers[0] = (ulong)(long)status;
        registers[1] = Result;
        registers[2] = Type;
        registers[3] = Data;
        return registers;
    }

    /// <summary>Writes the vendor's packed form. False when there is no room or a number does not fit 32 bits.</summary>
    public bool TryWriteLegacy(Span<byte> image)
    {
        if (image.Length < LegacySize || Result > uint.MaxValue || Type > uint.MaxValue || Data > uint.MaxValue)
        {
            return false;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(image, (uint)Result);
        BinaryPrimitives.WriteUInt32LittleEndian(image[4..], (uint)Type);
        BinaryPrimitives.WriteUInt32LittleEndian(image[8..], (uint)Data);
        return true;
    }

    /// <summary>Reads the vendor's packed form of exactly 12 bytes.</summary>
    public static bool TryReadLegacy(ReadOnlySpan<byte> image, out QseecomResponse response)
    {
        response = default;
        if (image.Length != LegacySize)
        {
            return false;
        }
        response = new(BinaryPrimitives.ReadUInt32LittleEndian(image),
            BinaryPrimitives.ReadUInt32LittleEndian(image[4..]), BinaryPrimitives.ReadUInt32LittleEndian(image[8..]));
        return true;
    }

    /// <summary>Basic mode's reading of an app look-up (spec 08 section 6). Incomplete and blocked deserve a warning of the
    /// caller's; full mode handles them before it asks here.</summary>
    public QseecomErrno InterpretLookup(out uint appId)
    {
        appId = 0;
        if (Result == QseecomResult.Failure)
        {
            return QseecomErrno.ENOENT;
        }
        if (Result != QseecomResult.Success || Type != QseecomResponseType.AppId)
        {
            return QseecomErrno.EINVAL;
        }
        appId = (uint)Data;
        return QseecomErrno.Ok;
    }

    /// <summary>Basic mode's reading of an app send; the response type is not looked at.</summary>
    public QseecomErrno InterpretSend() => Result == QseecomResult.Success ? QseecomErrno.Ok : QseecomErrno.EIO;
}
