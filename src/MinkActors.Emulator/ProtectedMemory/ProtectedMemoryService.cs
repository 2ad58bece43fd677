using MinkActors.Actors;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The protected-memory service of spec 10: one state, reached over Mink, OP-TEE and QSEECOM alike.</summary>
/// <remarks>Any thread. A carrier opens a client for each session, passes bytes in and out, and ends the client with the session.</remarks>
public sealed class ProtectedMemoryService
{
    private readonly ProviderActor _provider;
    private readonly RegionTable _table;
    private bool _hasEnded;    // the secure world has; of the provider's turns

    /// <param name="actors">The engine.</param>
    /// <param name="options">The hardware; null: the specification's defaults.</param>
    public ProtectedMemoryService(ActorSystem actors, ProtectedPlatformOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actors);
        Platform = new ProtectedPlatform(options ?? new ProtectedPlatformOptions(), actors.Time);
        _table = new RegionTable(Platform);
        _provider = actors.Spawn(new ProviderActor(this), "protected-memory");
    }

    /// <summary>The default provider's UUID on OP-TEE.</summary>
    public static Guid Uuid { get; } = new("e588f484-ed5d-599f-81f7-7e06af65416c");

    /// <summary>Its class UID on Mink.</summary>
    public const uint MinkUid = 0x4D41_0001;

    /// <summary>Its name on QSEECOM.</summary>
    public const string QseecomApp = "minkactors.protmem";

    /// <summary>What clients are told of it by the directory.</summary>
    public static ProviderDescription Description { get; } = new(ProtectedMemoryLimits.Capability, ProtectedMemoryLimits.Api, MinkUid,
        ProtectedMemoryCarriers.OpTee | ProtectedMemoryCarriers.Mink | ProtectedMemoryCarriers.Qseecom, Uuid, 0);

    /// <summary>The hardware that enforces what this service decides.</summary>
    public ProtectedPlatform Platform { get; }

    /// <summary>Regions that are not gone. Exact only while nothing runs.</summary>
    public int Regions => _table.Count;

    /// <summary>Slots taken, carve-outs included. Exact only while nothing runs.</summary>
    public int SlotsUsed => _table.SlotsUsed;

    /// <summary>Serves one operation.</summary>
    /// <param name="client">Who asks; its session.</param>
    /// <param name="operation">Of the table of section 5.</param>
    /// <param name="input">In.</param>
    /// <param name="room">Bytes there are for Out.</param>
    /// <returns>The answer. An Unprotect or Free that waits for references ends when they are gone (O6).</returns>
    public ValueTask<ProtectedAnswer> InvokeAsync(ProtectedClient client, ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room) =>
        _provider.Ask(new ProviderRequest((table, request) =>
        {
            if (operation is ProtectedMemoryOperation.Unprotect or ProtectedMemoryOperation.Free && !_hasEnded) Release(table, request, client, operation, input.Span);
            else request.Reply(client.HasEnded || _hasEnded ? ProtectedAnswer.Of(ProtectedMemoryError.NotFound) : ProtectedOperations.Serve(table, platform: Platform, client, operation, input.Span, room));
        }));

    /// <summary>Protects memory of an object that is mapped already (Protect with flag 2; O5).</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="asked">Relative to the object.</param>
    /// <param name="grants">First grants.</param>
    /// <param name="whole">Where the object lies.</param>
    /// <param name="whenGone">Gives the mapping back; called when the region is gone, and only if this succeeds.</param>
    internal ValueTask<ProtectedAnswer> ProtectObjectAsync(ProtectedClient client, ProtectRequest asked, DeviceGrant[] grants, AddressRange whole, Action whenGone) =>
        _provider.Ask(new ProviderRequest((table, request) =>
        {
            ProtectedRegion? region = null;
            var error = client.HasEnded || _hasEnded ? ProtectedMemoryError.NotFound
                : asked.Address > whole.Size || asked.ByteSize > whole.Size - asked.Address ? ProtectedMemoryError.BadParameters
                : table.Protect(client, asked.UseCase, whole.Start + asked.Address, asked.ByteSize, grants, isByObject: true, out region);
            if (error != ProtectedMemoryError.Ok)
            {
                request.Reply(ProtectedAnswer.Of(error));
                return;
            }
            region!.WhenGone.Add(_ => whenGone());
            request.Reply(ProtectedOperations.Answer(new ProtectAnswer(region.Handle, (uint)region.Slot).Write, ProtectAnswer.Size));
        }));

    /// <summary>The secure world maps a memory object: a part of one region, or memory that is shared and not protected. Neither can go before the mapping does.</summary>
    /// <param name="place">Where the normal world says it lies.</param>
    /// <param name="memory">What is shared.</param>
    /// <param name="range">The bytes, to be released once.</param>
    internal bool TryMap(AddressRange place, ISharedMemory memory, out MappedRange range)
    {
        range = null!;
        if (place.Size == 0 || place.End < place.Start) return false;
        lock (Platform.Gate)
        {
            if (_table.UseAsMapping(place) is { } region)
            {
                range = new MappedRange(region.Backing(0), (int)(place.Start - region.Range.Start), () => region.Mappings > 0, () => Step(table => table.EndMapping(region)));
                return true;
            }
            if (!memory.TryResolve(place.Start, place.Size, out var shared, out var offset) || !Platform.TryShare(place)) return false;
            range = new MappedRange(shared, offset, null, () => Platform.Unshare(place));
            return true;
        }
    }

    /// <summary>The session has ended: everything of the client goes, in the background where something still uses it (O7).</summary>
    public async ValueTask EndAsync(ProtectedClient client) => await StepAsync(table => table.EndClient(client));

    /// <summary>The machine was destroyed (O7).</summary>
    public async ValueTask EndMachineAsync(uint virtualMachine) => await StepAsync(table => table.EndMachine(virtualMachine));

    /// <summary>The secure world has ended (O7): what was protected stays out of everybody's reach, nothing is returned, and every later request is NOT_FOUND.</summary>
    public async ValueTask EndWorldAsync() => await StepAsync(table =>
    {
        _hasEnded = true;
        table.EndWorld();
    });

    /// <summary>Tells a client of this process whenever a slot has become free (R11): worth another try. The wire has no such event.</summary>
    /// <param name="told">Runs in the provider's turns: short, and without waiting.</param>
    /// <returns>Dispose it to end the subscription.</returns>
    public IDisposable OnSlotFreed(Action told)
    {
        ArgumentNullException.ThrowIfNull(told);
        _provider.Tell(new ProviderActor.Subscribe(told, isOver: false));
        return new Subscription(() => _provider.Tell(new ProviderActor.Subscribe(told, isOver: true)));
    }

    /// <summary>One step that no access sees half of (R16). Whom it concerns is told when it is over.</summary>
    internal T Locked<T>(Func<RegionTable, T> step)
    {
        T result;
        Action[] toTell;
        bool hasFreedSlot;
        lock (Platform.Gate)
        {
            result = step(_table);
            (toTell, hasFreedSlot) = (_table.TakeToTell(), _table.HasFreedSlot);
            _table.HasFreedSlot = false;
        }
        foreach (var tell in toTell) tell();
        if (hasFreedSlot) _provider.Tell(new ProviderActor.SlotFreed());
        return result;
    }

    /// <inheritdoc cref="Locked"/>
    internal void Step(Action<RegionTable> step) => Locked(table =>
    {
        step(table);
        return true;
    });

    internal ValueTask<ProtectedAnswer> StepAsync(Action<RegionTable> step) => _provider.Ask(new ProviderRequest((table, request) =>
    {
        step(table);
        request.Reply(ProtectedAnswer.Of(ProtectedMemoryError.Ok));
    }));

    private static void Release(RegionTable table, ProviderRequest request, ProtectedClient client, ProtectedMemoryOperation operation, ReadOnlySpan<byte> input)
    {
        var error = HandleRequest.Read(input, operation, out var asked);
        ProtectedRegion? open = null;
        if (error == ProtectedMemoryError.Ok) error = table.Release(client, asked.Handle, (ReleaseFlags)asked.First, operation == ProtectedMemoryOperation.Free, out open);
        // O9: who cancels the wait leaves it to itself, and the region goes all the same.
        if (open is null) request.Reply(ProtectedAnswer.Of(error));
        else open.WhenGone.Add(gone => request.Reply(ProtectedAnswer.Of(gone)));
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
