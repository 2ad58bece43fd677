using System.Globalization;
using System.Reflection;
using MinkActors.Interfaces;

namespace MinkActors.Emulator;

/// <summary>What the emulator offers, for people and tools: each interface, how it is reached, and its operations.</summary>
public static class ServiceCatalog
{
    /// <summary>The root object and every service, by class UID; then the objects of the built-in applications.</summary>
    public static IReadOnlyList<ServiceDescription> All { get; } =
    [
        Describe(null, "root, environments", nameof(IClientEnv), typeof(IClientEnv.Ops)),
        Describe(IAppLoader.Uid, "CAppLoader", nameof(IAppLoader), typeof(IAppLoader.Ops)),
        Describe(IRegisterListenerCBO.Uid, "CRegisterListenerCBO", nameof(IRegisterListenerCBO), typeof(IRegisterListenerCBO.Ops)),
        Describe(IRegisterTABufCBO.Uid, "CRegisterTABufCBO", nameof(IRegisterTABufCBO), typeof(IRegisterTABufCBO.Ops)),
        Describe(IGPAppClient.Uid, "CGPAppClient", nameof(IGPAppClient), typeof(IGPAppClient.Ops)),
        Describe(null, "every session", nameof(IGPSession), typeof(IGPSession.Ops)),
        Describe(IDiagnostics.Uid, "CDiagnostics", nameof(IDiagnostics), typeof(IDiagnostics.Ops)),
        Describe(IFeatureVersions.Uid, "version service", nameof(IFeatureVersions), typeof(IFeatureVersions.Ops)),
        Describe(null, "every loaded application", nameof(IAppController), typeof(IAppController.Ops)),
        Describe(null, TestApplications.AdderApp.DistinguishedName, nameof(ISMCIExample), typeof(ISMCIExample.Ops)),
        Describe(null, TestApplications.TestApp.DistinguishedName, nameof(IOpener), typeof(IOpener.Ops)),
        Describe(null, TestApplications.TestApp.DistinguishedName + ", object 2", nameof(ITestCBack), typeof(ITestCBack.Ops)),
        Describe(null, TestApplications.TestApp.DistinguishedName + ", object 5", nameof(ITestMemManager), typeof(ITestMemManager.Ops)),
        Describe(null, TestApplications.LegacyTestApp.DistinguishedName, nameof(IAppLegacyTest), typeof(IAppLegacyTest.Ops)),
    ];

    private static ServiceDescription Describe(uint? uid, string reachedBy, string name, Type operations) => new(uid, reachedBy, name,
        [.. operations.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => new ServiceOperation((ushort)field.GetRawConstantValue()!, char.ToLower(field.Name[0], CultureInfo.InvariantCulture) + field.Name[1..]))
            .OrderBy(operation => operation.Number)]);
}

/// <summary>One interface of the secure world.</summary>
/// <param name="Uid">Class UID to open it by; null when it is reached otherwise.</param>
/// <param name="Provider">The class behind it, or the application it belongs to.</param>
/// <param name="Interface">Its IDL name.</param>
/// <param name="Operations">In the order of their numbers.</param>
public sealed record ServiceDescription(uint? Uid, string Provider, string Interface, IReadOnlyList<ServiceOperation> Operations);

/// <summary>One operation.</summary>
/// <param name="Number">As it travels.</param>
/// <param name="Name">As the IDL has it.</param>
public sealed record ServiceOperation(ushort Number, string Name);
