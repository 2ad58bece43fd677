using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>What the emulated OP-TEE is like: its bounds, what it offers, and the applications it can run.</summary>
public sealed class OpTeeEmulatorOptions
{
    private readonly Dictionary<Guid, OpTeeRegistration> _applications = [];

    /// <summary>Threads of each client: standard calls running or suspended at once; the next is answered ETHREAD_LIMIT.</summary>
    public int Threads { get; set; } = 4;

    /// <summary>Built for virtual machines: each has threads, sessions and memory of its own, and calls without a client id are refused.</summary>
    public bool HasVirtualization { get; set; }

    /// <summary>Offers the RPC message area behind each message (L8). A mediator hides it.</summary>
    public bool HasRpcArgument { get; set; }

    /// <summary>Shares memory by page lists. Without it there has to be a <see cref="StaticArea"/>.</summary>
    public bool HasDynamicSharedMemory { get; set; } = true;

    /// <summary>The static shared area of the machine; null: none. Not with virtualization, whose guests have no memory in common.</summary>
    public OpTeeStaticArea? StaticArea { get; set; }

    /// <summary>Asynchronous notifications are built in. They need an <see cref="Interrupt"/>.</summary>
    public bool HasNotifications { get; set; }

    /// <summary>The largest notification value.</summary>
    public uint NotificationMax { get; set; } = CapabilityExchange.NotificationMaxDefault;

    /// <summary>Raises the interrupt of the normal world when a notification waits. <see cref="OpTeeSetup.UseEmulatedOpTee"/> sets it.</summary>
    public Action? Interrupt { get; set; }

    /// <summary>The work that secure interrupts have put off, done whenever the normal world lends a thread to it (DO_BOTTOM_HALF).</summary>
    /// <remarks>Runs like an application's call without parameters; it may ask the normal world for help.</remarks>
    public Func<OpTeeCall, ValueTask>? BottomHalf { get; set; }

    /// <summary>Registered objects of one client; beyond it OUT_OF_MEMORY.</summary>
    public int SharedObjectsMax { get; set; } = 1024;

    /// <summary>Pages of one object; beyond it OUT_OF_MEMORY.</summary>
    public int PagesPerObjectMax { get; set; } = 16384;

    /// <summary>Sessions of one client; the next open is answered OUT_OF_MEMORY.</summary>
    public int SessionsMax { get; set; } = 1024;

    /// <summary>Every n-th standard call is interrupted before it begins, and asks the normal world to take the interrupt; 0: none.</summary>
    public int InterruptEvery { get; set; }

    /// <summary>The protected memory of the platform: its provider and the directory are loaded, its regions can be parameters. Null: none.</summary>
    public ProtectedMemoryService? ProtectedMemory
    {
        get;
        set
        {
            field = value;
            if (value is null) return;
            Load(ProtectedMemoryService.Uuid, () => new ProtectedMemoryApplication(value));
            Load(MediaTekCommands.Uuid, () => new MediaTekApplication(value));
            Load(ProtectedMemoryLimits.Directory, () => new DirectoryApplication(ProviderDirectory.Default));
        }
    }

    /// <summary>Told once, when the secure world has been made: the way to its accounting.</summary>
    public Action<EmulatedOpTee>? Started { get; set; }

    internal IReadOnlyDictionary<Guid, OpTeeRegistration> Applications => _applications;

    internal OpTeeCapabilities Capabilities => OpTeeCapabilities.UnregisteredSharedMemory | OpTeeCapabilities.NullMemoryReference
        | (HasDynamicSharedMemory ? OpTeeCapabilities.DynamicSharedMemory : 0) | (StaticArea is null ? 0 : OpTeeCapabilities.ReservedSharedMemory)
        | (HasNotifications ? OpTeeCapabilities.Notifications : 0) | (HasVirtualization ? OpTeeCapabilities.Virtualization : 0)
        | (HasRpcArgument ? OpTeeCapabilities.RpcArgument : 0)
        | (ProtectedMemory is null ? 0 : OpTeeCapabilities.ProtectedMemory | (ProtectedMemory.Platform.Options.DynamicSlotCount > 0 ? OpTeeCapabilities.DynamicProtectedMemory : 0));

    /// <summary>Makes an application known by its UUID.</summary>
    /// <typeparam name="T">Made anew for each instance.</typeparam>
    /// <param name="uuid">By which clients open it; not nil.</param>
    /// <param name="traits">How many instances and sessions there may be.</param>
    public OpTeeEmulatorOptions Load<T>(Guid uuid, OpTeeApplicationTraits traits = OpTeeApplicationTraits.None) where T : OpTeeApplication, new() =>
        Load(uuid, static () => new T(), traits);

    /// <inheritdoc cref="Load{T}(Guid, OpTeeApplicationTraits)"/>
    /// <param name="uuid">By which clients open it.</param>
    /// <param name="make">Makes an instance. Runs in a turn of the secure world.</param>
    /// <param name="traits">How many instances and sessions there may be.</param>
    public OpTeeEmulatorOptions Load(Guid uuid, Func<OpTeeApplication> make, OpTeeApplicationTraits traits = OpTeeApplicationTraits.None)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (uuid == Guid.Empty) throw new ArgumentException("The nil UUID names no application.", nameof(uuid));
        _applications[uuid] = new OpTeeRegistration(uuid, make, traits);
        return this;
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(SharedObjectsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PagesPerObjectMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SessionsMax, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(InterruptEvery);
        if (!HasDynamicSharedMemory && StaticArea is null) throw new ArgumentException("Without page lists and without a static area no memory can be shared.");
        if (HasVirtualization && StaticArea is not null) throw new ArgumentException("Virtual machines have no static area in common.");
        if (HasNotifications && Interrupt is null) throw new ArgumentException("Asynchronous notifications need an interrupt of the normal world.");
    }
}

/// <summary>How a trusted application is instantiated.</summary>
[Flags]
public enum OpTeeApplicationTraits
{
    /// <summary>An instance for each session.</summary>
    None = 0,

    /// <summary>One instance; a second session is refused BUSY unless <see cref="MultiSession"/> is set too.</summary>
    SingleInstance = 1,

    /// <summary>Many sessions share the single instance; their calls take turns.</summary>
    MultiSession = 2,

    /// <summary>The single instance stays when its last session closes.</summary>
    KeepAlive = 4,

    /// <summary>The image is fetched from the supplicant before each new instance (RPC LOAD_TA); none there: ITEM_NOT_FOUND.</summary>
    NeedsImage = 8,
}

/// <summary>An application that can be opened.</summary>
internal sealed record OpTeeRegistration(Guid Uuid, Func<OpTeeApplication> Make, OpTeeApplicationTraits Traits);
