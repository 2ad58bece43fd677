using MinkActors.Emulator.TestApplications;

namespace MinkActors.Emulator;

/// <summary>What the emulated secure world is like: its bounds, and the applications it can run.</summary>
public sealed class EmulatorOptions
{
    private readonly Dictionary<string, ApplicationRegistration> _applications = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, Func<ClientIdentity, IMinkObject>> _services = [];

    /// <summary>The test applications that public clients load are there from the start; <see cref="Clear"/> takes them away.</summary>
    public EmulatorOptions()
    {
        Load<AdderApp>(AdderApp.DistinguishedName);
        Load<TestApp>(TestApp.DistinguishedName);
        Load<LegacyTestApp>(LegacyTestApp.DistinguishedName);
        foreach (var (name, uuid) in SessionTestApp.Known) Load<SessionTestApp>(name, uuid);
    }

    /// <summary>Invocations inside the secure world at once. One that is suspended in a callback counts.</summary>
    public int Threads { get; set; } = 16;

    /// <summary>Secure ids alive at once; an answer that needs one more ends NOSLOTS.</summary>
    public int ObjectsMax { get; set; } = int.MaxValue;

    /// <summary>Applications loaded at once; the next is refused MAX_NUM_APPS (14).</summary>
    public int ApplicationsMax { get; set; } = 64;

    /// <summary>Controllers of one application at once; the next is refused APP_MAX_CLIENT_CONNECTIONS (23).</summary>
    public int ConnectionsMax { get; set; } = 1024;

    /// <summary>Bytes of the secure world's heap, from which applications take theirs (18 when it is used up). Below 2^31.</summary>
    public int HeapSize { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bytes of the region that images are loaded into (19 when it is used up).</summary>
    public long ApplicationRegionSize { get; set; } = 64L * 1024 * 1024;

    /// <summary>What becomes of an image whose name nobody implements.</summary>
    public UnknownApplication UnknownApplications { get; set; } = UnknownApplication.AnswersNotSupported;

    /// <summary>What the version service answers: major in bits 29 to 22, minor in 21 to 12, patch in 11 to 0. 5.2.0 unless set.</summary>
    public uint Version { get; set; } = (5u << 22) | (2u << 12);

    /// <summary>Whether dumps of applications may be asked for; else RESTRICTED (12).</summary>
    public bool IsDebugging { get; set; }

    /// <summary>Told once, when the secure world has been made: the way to its accounting.</summary>
    public Action<EmulatedSecureWorld>? Started { get; set; }

    internal IReadOnlyDictionary<string, ApplicationRegistration> Applications => _applications;

    internal IReadOnlyDictionary<uint, Func<ClientIdentity, IMinkObject>> Services => _services;

    /// <summary>Makes an application known by its distinguished name. It is loaded when a client asks for the name or hands over an image of that name.</summary>
    /// <param name="name">1 to 255 printable characters without <c>=</c> and <c>;</c>.</param>
    /// <param name="uuid">Its GlobalPlatform UUID, if it serves sessions.</param>
    public EmulatorOptions Load<T>(string name, Guid? uuid = null) where T : TrustedApplication, new() => Load(name, static () => new T(), uuid);

    /// <inheritdoc cref="Load{T}(string, Guid?)"/>
    /// <param name="name">The distinguished name.</param>
    /// <param name="make">Makes a fresh application for each load. Any thread.</param>
    /// <param name="uuid">Its GlobalPlatform UUID, if it serves sessions.</param>
    public EmulatorOptions Load(string name, Func<TrustedApplication> make, Guid? uuid = null)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (!ImageMetadata.IsName(name)) throw new ArgumentException($"'{name}' is no distinguished name: 1 to 255 printable characters without '=' and ';'.", nameof(name));
        _applications[name] = new ApplicationRegistration(name, uuid, make);
        return this;
    }

    /// <summary>
    /// Makes an image known that is part of the secure world: it can be loaded by name, and by its UUID when a session is opened that nobody else
    /// has an application for. Without an implementation it answers NOT_SUPPORTED.
    /// </summary>
    /// <param name="name">The distinguished name.</param>
    /// <param name="uuid">The image's own UUID; what the name was registered with goes before it.</param>
    public EmulatorOptions Announce(string name, Guid? uuid = null)
    {
        if (!_applications.ContainsKey(name)) Load(name, static () => new UnimplementedApplication(), uuid);
        var registered = _applications[name];
        _applications[name] = registered with { Uuid = registered.Uuid ?? uuid, IsResident = true };
        return this;
    }

    /// <summary>Adds a service, or puts another in its place.</summary>
    /// <param name="uid">Its class UID, not 0.</param>
    /// <param name="make">Makes the object for each open. Any thread.</param>
    public EmulatorOptions AddService(uint uid, Func<ClientIdentity, IMinkObject> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentOutOfRangeException.ThrowIfZero(uid);
        _services[uid] = make;
        return this;
    }

    /// <summary>Forgets every application, the built-in ones too.</summary>
    public EmulatorOptions Clear()
    {
        _applications.Clear();
        return this;
    }

    internal void Check()
    {
        Require(Threads is >= 1 and <= 4096, nameof(Threads), Threads);
        Require(ObjectsMax >= 1, nameof(ObjectsMax), ObjectsMax);
        Require(ApplicationsMax >= 0, nameof(ApplicationsMax), ApplicationsMax);
        Require(ConnectionsMax >= 1, nameof(ConnectionsMax), ConnectionsMax);
        Require(HeapSize >= 0, nameof(HeapSize), HeapSize);
        Require(ApplicationRegionSize >= 0, nameof(ApplicationRegionSize), ApplicationRegionSize);
    }

    private static void Require(bool holds, string name, object value)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, $"The limit {name} cannot be {value}.");
    }
}

/// <summary>What becomes of an image whose distinguished name is not registered (spec/04 section 5.3).</summary>
public enum UnknownApplication
{
    /// <summary>It is loaded; its object answers NOT_SUPPORTED (12) to every call.</summary>
    AnswersNotSupported,
    /// <summary>It is refused with EMBEDDED_IMAGE_NOT_FOUND (17).</summary>
    Refused,
}

/// <summary>An application that could be loaded.</summary>
/// <param name="Name">Its distinguished name.</param>
/// <param name="Uuid">Its GlobalPlatform UUID, if it has one.</param>
/// <param name="Make">Makes a fresh one.</param>
internal sealed record ApplicationRegistration(string Name, Guid? Uuid, Func<TrustedApplication> Make)
{
    /// <summary>Its image is part of the secure world: it may be loaded because a session is opened.</summary>
    public bool IsResident { get; init; }
}
