using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Interfaces;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator;

/// <summary>What the services of one secure world share.</summary>
internal sealed class SecureServices
{
    private readonly Dictionary<uint, Func<ClientIdentity, IMinkObject>> _made;
    private int _hasCommonLibrary;
    private int _hasApplicationRegion;

    public SecureServices(SecureDomain domain, EmulatorOptions options)
    {
        Domain = domain;
        Options = options;
        Applications = new ApplicationTable(this, domain, options);
        Sessions = new SessionService(this);
        ImageSource = new ImageSource(this);
        _made = new Dictionary<uint, Func<ClientIdentity, IMinkObject>>
        {
            [IAppLoader.Uid] = client => new AppLoaderObject(this, client),
            [IRegisterListenerCBO.Uid] = _ => new RegisterListenerObject(this),
            [IRegisterTABufCBO.Uid] = _ => new RegisterImageSourceObject(this),
            [IGPAppClient.Uid] = client => new AppClientObject(this, client),
            [IDiagnostics.Uid] = _ => new DiagnosticsObject(this),
            [IFeatureVersions.Uid] = _ => new FeatureVersionsObject(options.Version),
        };
        if (options.ProtectedMemory is { } memory)
        {
            _made[ProtectedMemoryService.MinkUid] = _ => new ProtectedMemoryObject(domain, memory);
            _made[ProtectedMemoryLimits.DirectoryUid] = _ => new ProviderDirectoryObject(ProviderDirectory.Default);
        }
        foreach (var (uid, make) in options.Services) _made[uid] = make;
    }

    public SecureDomain Domain { get; }
    public EmulatorOptions Options { get; }
    public ApplicationTable Applications { get; }
    public SessionService Sessions { get; }
    public ImageSource ImageSource { get; }
    public ListenerTable Listeners { get; } = new();
    public AdciGate Adci { get; } = new();

    /// <summary>Whether the normal world holds nothing but the root (spec/04 section 3, op 4).</summary>
    public bool IsNothingOpen => Domain.Table.Count == 0 && Domain.HeldIds().Count == 0;

    /// <summary>A new object of a service; false for a class UID that nobody serves.</summary>
    public bool TryMake(uint uid, ClientIdentity client, out IMinkObject service)
    {
        service = _made.TryGetValue(uid, out var make) ? make(client) : null!;
        return service is not null;
    }

    public bool TryLoadCommonLibrary() => Interlocked.Exchange(ref _hasCommonLibrary, 1) == 0;

    public bool TrySetApplicationRegion() => Interlocked.Exchange(ref _hasApplicationRegion, 1) == 0;
}
