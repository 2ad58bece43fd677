using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The loaded applications by name, within the secure world's memory (spec/04 section 5.1).</summary>
/// <remarks>Any thread.</remarks>
internal sealed class ApplicationTable(SecureServices services, SecureDomain domain, EmulatorOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LoadedApplication> _loaded = new(StringComparer.Ordinal);

    public SecureServices Services => services;

    public SecureDomain Domain => domain;

    /// <summary>Names in the order of the alphabet.</summary>
    public IReadOnlyList<LoadedApplication> Loaded
    {
        get { lock (_lock) return [.. _loaded.Values.OrderBy(application => application.Name, StringComparer.Ordinal)]; }
    }

    public int HeapUsed
    {
        get { lock (_lock) return _loaded.Values.Sum(application => application.Instance.Code.HeapSize); }
    }

    public long RegionUsed
    {
        get { lock (_lock) return _loaded.Values.Sum(application => (long)application.ImageSize); }
    }

    public LoadedApplication? Find(string name)
    {
        lock (_lock) return _loaded.GetValueOrDefault(name);
    }

    public LoadedApplication? Find(Guid uuid)
    {
        lock (_lock) return _loaded.Values.FirstOrDefault(application => application.Uuid == uuid);
    }

    /// <summary>Loads an image: the class registered for its name, or what stands in for one that nobody wrote.</summary>
    /// <param name="name">The distinguished name.</param>
    /// <param name="uuid">The image's own GlobalPlatform UUID; what was registered for the name goes before it.</param>
    /// <param name="imageSize">Bytes of the image.</param>
    /// <param name="loaded">The application, with one controller counted.</param>
    public ResultCode LoadImage(string name, Guid? uuid, int imageSize, out LoadedApplication loaded)
    {
        loaded = null!;
        if (options.Applications.TryGetValue(name, out var registration)) return Load(registration with { Uuid = registration.Uuid ?? uuid }, imageSize, out loaded);
        if (options.UnknownApplications == UnknownApplication.Refused) return IAppLoader.Errors.EmbeddedImageNotFound;
        return Load(new ApplicationRegistration(name, uuid, static () => new UnimplementedApplication()), imageSize, out loaded);
    }

    /// <summary>Loads an application that is part of the secure world.</summary>
    public ResultCode LoadEmbedded(string name, out LoadedApplication loaded)
    {
        loaded = null!;
        return options.Applications.TryGetValue(name, out var registration) ? Load(registration, 0, out loaded) : IAppLoader.Errors.EmbeddedImageNotFound;
    }

    /// <summary>Loads the application of a UUID whose image is part of the secure world; APP_NOT_LOADED when there is none.</summary>
    public ResultCode LoadResident(Guid uuid, out LoadedApplication loaded)
    {
        loaded = null!;
        var registration = options.Applications.Values.FirstOrDefault(known => known.IsResident && known.Uuid == uuid);
        return registration is null ? IAppLoader.Errors.AppNotLoaded : Load(registration, 0, out loaded);
    }

    /// <summary>A further controller of a loaded application.</summary>
    public ResultCode Connect(string name, out LoadedApplication loaded)
    {
        loaded = Find(name)!;
        return loaded is null ? IAppLoader.Errors.AppNotLoaded : loaded.AddController(options.ConnectionsMax);
    }

    public void Remove(LoadedApplication application)
    {
        lock (_lock)
        {
            if (_loaded.TryGetValue(application.Name, out var found) && ReferenceEquals(found, application)) _loaded.Remove(application.Name);
        }
    }

    private ResultCode Load(ApplicationRegistration registration, int imageSize, out LoadedApplication loaded)
    {
        loaded = null!;
        if (Find(registration.Name) is not null) return IAppLoader.Errors.AlreadyLoaded;
        // The application's own code, so not under the lock; whoever comes second throws its instance away.
        var made = new LoadedApplication(this, registration, registration.Make(), imageSize);
        lock (_lock)
        {
            if (_loaded.ContainsKey(registration.Name)) return IAppLoader.Errors.AlreadyLoaded;
            if (_loaded.Count >= options.ApplicationsMax) return IAppLoader.Errors.MaxNumApps;
            if (HeapUsed + (long)made.Instance.Code.HeapSize > options.HeapSize) return IAppLoader.Errors.TzHeapMallocFailure;
            if (RegionUsed + imageSize > options.ApplicationRegionSize) return IAppLoader.Errors.TaAppRegionMallocFailure;
            made.AddController(int.MaxValue);
            _loaded.Add(made.Name, made);
        }
        loaded = made;
        return ResultCode.Ok;
    }
}
