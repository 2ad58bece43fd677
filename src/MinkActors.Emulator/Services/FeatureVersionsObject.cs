using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The version service that the Linux driver asks at its start (spec/01 section 9).</summary>
internal sealed class FeatureVersionsObject(uint version) : FeatureVersionsSkeleton
{
    protected override ValueTask<ResultCode> GetVersionAsync(GetVersionCall call)
    {
        if (call.Feature != IFeatureVersions.SecureWorld) return new(ResultCode.Error);
        call.Version = version;
        return new(ResultCode.Ok);
    }
}
