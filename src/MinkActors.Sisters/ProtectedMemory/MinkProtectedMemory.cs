using System.Runtime.CompilerServices;
using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A client of a provider over Mink: protected memory as memory objects (spec 10 section 9).</summary>
public sealed class MinkProtectedMemory : ProtectedMemoryClient
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    private readonly MinkCarrier _carrier;
    private readonly HashSet<ProtectedObject> _objects = [];    // each with one reference to its region; also the lock
    private bool _hasEnded;

    internal MinkProtectedMemory(MinkCarrier carrier, ProviderDescription provider) : base(carrier, provider) => _carrier = carrier;

    /// <summary>Its regions are not its own any more.</summary>
    internal bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>Makes a memory object that stands for a region: passed on and mapped by S like any other, and out of this world's reach (O1).</summary>
    /// <param name="handle">Of this client, in one segment.</param>
    /// <param name="rights">What S may do with it; execute is nobody's.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The caller's to dispose. The region lives on as long as somebody holds the object, though its handle is freed (O2).</returns>
    /// <exception cref="ProtectedMemoryException">NOT_SUPPORTED: several segments, or no address is told to this client (O8, O1).</exception>
    public async Task<MemoryCapability> ShareAsync(ulong handle, ProtectedRights rights = ProtectedRights.ReadWrite, CallOptions options = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!new DeviceGrant(0, rights).HasLegalRights) throw new ProtectedMemoryException(ProtectedMemoryError.BadParameters, $"Nobody has the rights {rights}");
        await AddReferenceAsync(handle, options);
        try
        {
            var (region, _) = await QueryAsync(handle, options);
            if (region.Address == 0 || region.ByteSize is 0 or > int.MaxValue) throw new ProtectedMemoryException(ProtectedMemoryError.NotSupported, "The region has no address for a memory object");
            var made = ProtectedObject.Make((NormalDomain)_carrier.Provider.Target.Domain, this, handle, region, rights);
            lock (_objects) _objects.Add(made);
            return new MemoryCapability(made, file, line);
        }
        catch
        {
            await DropReferenceAsync(handle);
            throw;
        }
    }

    /// <summary>Protects a part of a memory object. S maps it in the middle of this call, and keeps it until the region is gone (O5).</summary>
    /// <param name="memory">Mapped by nobody. Its bytes in the range are zeroed.</param>
    /// <param name="useCase">What for.</param>
    /// <param name="offset">First byte, a multiple of the granule.</param>
    /// <param name="size">Bytes; null: up to its end.</param>
    /// <param name="grants">First grants.</param>
    /// <param name="rights">What S may do with the object when it is passed on.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <exception cref="ProtectedMemoryException">CONFLICT: mapped by S or protected already; BAD_PARAMETERS: the range is not inside, or the map was refused.</exception>
    public async Task<ProtectAnswer> ProtectAsync(MemoryCapability memory, ProtectedUseCase useCase, ulong offset = 0, ulong? size = null, IReadOnlyList<DeviceGrant>? grants = null,
        ProtectedRights rights = ProtectedRights.ReadWrite, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var length = size ?? (offset <= (ulong)memory.Size ? (ulong)memory.Size - offset : 0);
        var made = await ProtectAsync(new ProtectRequest(useCase, ProtectedMemoryLimits.ByObject, offset, length), grants, (operation, input, room, call) => _carrier.InvokeAsync(operation, input, room, memory, call), options);
        ((MemoryObject)memory.Target).ProtectedRights = (uint)rights;
        return made;
    }

    /// <summary>Ends the client. Objects that stand for its regions stand for nothing from here on, whoever holds them (O7).</summary>
    public override async ValueTask DisposeAsync()
    {
        ProtectedObject[] left;
        lock (_objects)
        {
            Volatile.Write(ref _hasEnded, true);
            left = [.. _objects];
            _objects.Clear();
        }
        // A Free that waits for exactly these would keep the session from ending.
        foreach (var lost in left) await GiveBackAsync(lost.Handle);
        await base.DisposeAsync();
    }

    /// <summary>Nobody holds the object any more (O2).</summary>
    internal void Ended(ProtectedObject ended)
    {
        lock (_objects)
        {
            if (!_objects.Remove(ended)) return;
        }
        _ = GiveBackAsync(ended.Handle);
    }

    /// <summary>Until it is known to be given back, or the session is over. One that may have been given back already is not given back twice:
    /// it could be another object's.</summary>
    private async Task GiveBackAsync(ulong handle)
    {
        for (var pause = TimeSpan.FromMilliseconds(10); _carrier.Provider.TargetOrNull is { } provider; pause = pause < PauseMax ? pause * 2 : pause)
        {
            try
            {
                using var reply = await _carrier.Provider.InvokeAsync((uint)ProtectedMemoryOperation.DropReference, Argument.In(handle));
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (MinkTransportException failed)
            {
                if (!failed.IsRetrySafe || failed.Code == ResultCode.Defunct) return;
            }
            await Task.Delay(pause, provider.Domain.Actors.Time);
        }
    }
}
