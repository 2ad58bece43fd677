using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A pool of the provider: static or dynamic is its own affair (R8, R9).</summary>
/// <remarks>The client is opened at the first allocation, because the provider may start later than the heap.</remarks>
/// <param name="open">Opens the client, as <see cref="ProtectedMemoryDirectory"/> does.</param>
/// <param name="useCase">Whose pool.</param>
public sealed class ServicePool(Func<Task<ProtectedMemoryClient>> open, ProtectedUseCase useCase) : IProtectedPool
{
    private readonly OpenOnce<ProtectedMemoryClient> _client = new(() => OpenAsync(open, useCase));

    /// <inheritdoc/>
    public ValueTask<ProtectedAllocation> AllocateAsync(ulong size, CallOptions options = default) => TellingErrno(async () =>
    {
        var client = await _client.GetAsync();
        var made = await client.AllocateAsync(useCase, size, options: options);
        return new ProtectedAllocation(made.Handle, 0, await client.GetSegmentsAsync(made.Handle));
    });

    /// <inheritdoc/>
    public async ValueTask FreeAsync(ProtectedAllocation allocation)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        await TellingErrno(async () =>
        {
            await Client.FreeAsync(allocation.Parent, ReleaseFlags.InBackground);
            return true;
        });
    }

    /// <inheritdoc/>
    public async ValueTask AttachAsync(ProtectedAllocation allocation, DeviceGrant grant)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        await TellingErrno(async () =>
        {
            await Client.AddReferenceAsync(allocation.Parent);
            try
            {
                await Client.GrantAsync(allocation.Parent, grant);
            }
            catch
            {
                await Client.DropReferenceAsync(allocation.Parent);
                throw;
            }
            return true;
        });
    }

    /// <inheritdoc/>
    public async ValueTask DetachAsync(ProtectedAllocation allocation, uint device)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        await TellingErrno(async () =>
        {
            // A region that was freed meanwhile has no handle any more; its grants go with this last reference.
            try
            {
                await Client.RevokeAsync(allocation.Parent, device);
            }
            catch (ProtectedMemoryException gone) when (gone.Error == ProtectedMemoryError.NotFound)
            {
            }
            await Client.DropReferenceAsync(allocation.Parent);
            return true;
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.Opened?.DisposeAsync() ?? ValueTask.CompletedTask;

    private ProtectedMemoryClient Client => _client.Opened ?? throw new ProtectedHeapException(Errno.EINVAL, "Nothing was allocated from this pool");

    /// <summary>A provider whose addresses are of no width is none (section 12).</summary>
    private static async Task<ProtectedMemoryClient> OpenAsync(Func<Task<ProtectedMemoryClient>> open, ProtectedUseCase useCase)
    {
        var client = await open();
        try
        {
            await client.GetUseCaseConfigAsync(useCase);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask<T> TellingErrno<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ProtectedMemoryException refused)
        {
            throw new ProtectedHeapException((Errno)refused.Errno, "The provider refused", refused);
        }
    }
}
