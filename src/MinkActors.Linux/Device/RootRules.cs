using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Device;

/// <summary>What a client may not ask of the root object (spec/03 section 5). The same operations on another object are not looked at.</summary>
internal static class RootRules
{
    private const uint NotifyDomainChange = 4;
    private const uint RegisterWithCredentials = 5;
    private const uint AdciAccept = 8;
    private const uint AdciShutdown = 9;

    /// <summary>Check 11.</summary>
    public static bool Allow(InvokeBlock block) => block.Operation switch
    {
        NotifyDomainChange or AdciAccept or AdciShutdown => false,
        RegisterWithCredentials => !HasNullCredentials(block),
        _ => true,
    };

    /// <summary>
    /// Null credentials make a client privileged. The message groups arguments by kind, so S reads the first object input wherever it stands
    /// and whatever stands around it: that is what is looked at (spec/11 D-74).
    /// </summary>
    private static bool HasNullCredentials(InvokeBlock block)
    {
        for (var i = 0; i < block.Count; i++)
        {
            var parameter = block[i];
            if (parameter.Is(ParameterKind.ObjrefInput)) return parameter.A == TeeLimits.NullObject;
        }

        return false;
    }
}
