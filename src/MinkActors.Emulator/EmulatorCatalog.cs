using MinkActors.Emulator.TestApplications;
using MinkActors.Interfaces;

namespace MinkActors.Emulator;

/// <summary>Something that the emulated secure world offers.</summary>
/// <param name="Name">Class or distinguished name.</param>
/// <param name="Uid">Class UID to open it by; null where it is reached otherwise.</param>
/// <param name="Interface">Its interface, an .idl file among those of the runtime.</param>
/// <param name="ReachedBy">How a client gets at it.</param>
public sealed record Offer(string Name, uint? Uid, string Interface, string ReachedBy);

/// <summary>What a fresh emulator offers; its tests open every row.</summary>
public static class EmulatorCatalog
{
    /// <summary>Services and built-in applications.</summary>
    public static IReadOnlyList<Offer> Offers { get; } =
    [
        new("root, client environment", null, nameof(IClientEnv), "there from the start; register for an environment"),
        new("CAppLoader", IAppLoader.Uid, nameof(IAppLoader), "open"),
        new("application controller", null, nameof(IAppController), "load or connect"),
        new("CDiagnostics", IDiagnostics.Uid, nameof(IDiagnostics), "open"),
        new("feature versions", IFeatureVersions.Uid, nameof(IFeatureVersions), "open"),
        new(AdderApp.DistinguishedName, null, nameof(ISMCIExample), "load the application of that name"),
        new(TestApp.DistinguishedName, null, nameof(IOpener), "load the application of that name"),
        new("callback test", null, nameof(ITestCBack), $"open 2 of {TestApp.DistinguishedName}"),
        new("memory test", null, nameof(ITestMemManager), $"open 5 of {TestApp.DistinguishedName}"),
        new(LegacyTestApp.DistinguishedName, null, nameof(IAppLegacyTest), "load the application of that name"),
    ];
}
