using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.TestApplications;

/// <summary>Takes requests of the QSEECOM kind through one method (IAppLegacyTest, smplap64; spec/04 section 7.3).</summary>
/// <remarks>Both commands make a round trip through a listener, where one is registered.</remarks>
public sealed class LegacyTestApp : TrustedApplication
{
    /// <summary>The name of the image that clients load.</summary>
    public const string DistinguishedName = "smplap64";

    private const int Request64Size = 40;
    private const int Request32Size = 28;
    private const int ResponseSize = 8;
    private const uint TestGpFiles = 5;
    private const uint TestFiles = 6;
    private const uint FileListener = 0xA;
    private const uint GpFileListener = 0x7000;
    private const int NotSupported = 0xFFFF;
    private const int Failed = 1;

    // The error number of the file system listener: a request without side effects that every version answers (spec/05 section 4.2).
    private const uint GetErrno = 0x21C;

    /// <inheritdoc/>
    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new Legacy(this);

    private async ValueTask<int> RoundTrip(uint listener)
    {
        var (request, response) = (new byte[sizeof(uint)], new byte[2 * sizeof(uint)]);
        BinaryPrimitives.WriteUInt32LittleEndian(request, GetErrno);
        var result = await RequestAsync(listener, request, response.Length, response);
        if (result == ResultCode.Unavailable) return NotSupported;
        return result == ResultCode.Ok ? 0 : Failed;
    }

    private sealed class Legacy(LegacyTestApp app) : AppLegacyTestSkeleton
    {
        protected override async ValueTask<ResultCode> HandleRequestAsync(HandleRequestCall call)
        {
            if (call.Request.Length is not (Request64Size or Request32Size)) return ResultCode.Invalid;
            if (call.ResponseCapacity < ResponseSize) return ResultCode.SizeOut;
            var status = BinaryPrimitives.ReadUInt32LittleEndian(call.Request) switch
            {
                TestFiles => await app.RoundTrip(FileListener),
                TestGpFiles => await app.RoundTrip(GpFileListener),
                _ => NotSupported,
            };
            call.ResponseCount = ResponseSize;
            BinaryPrimitives.WriteInt32LittleEndian(call.Response[4..], status);
            return ResultCode.Ok;
        }
    }
}
