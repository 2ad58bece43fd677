using MinkActors.Actors;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The protected-memory service of spec 10: one state, reached over Mink, OP-TEE and QSEECOM alike.</summary>
/// <remarks>Any thread. A carrier opens a client for each session, passes bytes in and out, and ends the client with the session.</remarks>
public sealed class ProtectedMemoryService
{
    private readonly ProviderActor _provider;
    private readonly RegionTable _table;

    /// <param name="actors">The engine.</param>
    /// <param name="options">The hardware; null: the specification's defaults.</param>
    public ProtectedMemoryService(ActorSystem actors, ProtectedPlatformOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actors);
        Platform = new ProtectedPlatform(options ?? new ProtectedPlatformOptions(), actors.Time);
        _table = new RegionTable(Platform);
        _provider = actors.Spawn(new ProviderActor(Platform, _table), "protected-memory");
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
            if (operation is ProtectedMemoryOperation.Unprotect or ProtectedMemoryOperation.Free) Release(table, request, client, operation, input.Span);
            else request.Reply(client.HasEnded ? ProtectedAnswer.Of(ProtectedMemoryError.NotFound) : ProtectedOperations.Serve(table, platform: Platform, client, operation, input.Span, room));
        }));

    /// <summary>Protects the whole memory behind an object that is mapped already (Protect with flag 2; O5).</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="asked">Relative to the object.</param>
    /// <param name="grants">First grants.</param>
    /// <param name="backing">The object's memory: not the normal world's to touch from here on.</param>
    /// <param name="whenGone">Gives the mapping back; called when the region is gone, and only if this succeeds.</param>
    internal ValueTask<ProtectedAnswer> ProtectObjectAsync(ProtectedClient client, ProtectRequest asked, DeviceGrant[] grants, SharedRegion backing, Action whenGone) =>
        _provider.Ask(new ProviderRequest((table, request) =>
        {
            ProtectedRegion? region = null;
            var error = asked.Address != 0 || asked.ByteSize != (ulong)backing.Size ? ProtectedMemoryError.BadParameters
                : backing.IsProtected ? ProtectedMemoryError.Conflict
                : table.Protect(client, asked.UseCase, backing.PhysicalAddress, asked.ByteSize, grants, backing, out region);
            if (error != ProtectedMemoryError.Ok)
            {
                request.Reply(ProtectedAnswer.Of(error));
                return;
            }
            backing.IsProtected = true;
            region!.WhenGone.Add(() => backing.IsProtected = false);
            region.WhenGone.Add(whenGone);
            request.Reply(ProtectedOperations.Answer(new ProtectAnswer(region.Handle, (uint)region.Slot).Write, ProtectAnswer.Size));
        }));

    /// <summary>The session has ended: everything of the client goes, in the background where something still uses it (O7).</summary>
    public async ValueTask EndAsync(ProtectedClient client) => await StepAsync(table => table.EndClient(client));

    /// <summary>The machine was destroyed (O7).</summary>
    public async ValueTask EndMachineAsync(uint virtualMachine) => await StepAsync(table => table.EndMachine(virtualMachine));

    internal T Locked<T>(Func<RegionTable, T> step)
    {
        lock (Platform.Gate) return step(_table);
    }

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
        else open.WhenGone.Add(() => request.Reply(ProtectedAnswer.Of(ProtectedMemoryError.Ok)));
    }
}
