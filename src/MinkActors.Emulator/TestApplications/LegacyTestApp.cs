using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.TestApplications;

/// <summary>Takes requests of the QSEECOM kind through one method (IAppLegacyTest, smplap64; spec/04 section 7.3).</summary>
public sealed class LegacyTestApp : TrustedApplication
{
    /// <summary>The name of the image that clients load.</summary>
    public const string DistinguishedName = "smplap64";

    private const int Request64Size = 40;
    private const int Request32Size = 28;
    private const int ResponseSize = 8;
    private const int NotSupported = 0xFFFF;

    /// <inheritdoc/>
    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new Legacy();

    private sealed class Legacy : AppLegacyTestSkeleton
    {
        protected override ValueTask<ResultCode> HandleRequestAsync(HandleRequestCall call)
        {
            if (call.Request.Length is not (Request64Size or Request32Size)) return new(ResultCode.Invalid);
            Span<byte> response = stackalloc byte[ResponseSize];
            // Both known commands test a listener's file system, and no listener can be reached from here.
            BinaryPrimitives.WriteInt32LittleEndian(response[4..], NotSupported);
            call.SetResponse(response);
            return new(ResultCode.Ok);
        }
    }
}
