using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.TestApplications;

/// <summary>Adds two numbers: the skeleton application that public clients load first (ISMCIExample, spec/04 section 7.2).</summary>
public sealed class AdderApp : TrustedApplication
{
    /// <summary>The name in the published image.</summary>
    public const string DistinguishedName = "smcinvoke_skeleton_ta64";

    /// <inheritdoc/>
    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new Adder();

    private sealed class Adder : SMCIExampleSkeleton
    {
        protected override ValueTask<ResultCode> AddAsync(AddCall call)
        {
            // Saturates one early, as the published code does: a sum of exactly 0xFFFFFFFF is reached by saturation only.
            call.Sum = call.A >= uint.MaxValue - call.B ? uint.MaxValue : call.A + call.B;
            return new(ResultCode.Ok);
        }
    }
}
