using System.Diagnostics.CodeAnalysis;
using MinkActors.Linux.Device;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Client;

/// <summary>Shared memory over a device: memory objects lie in what SHM_ALLOC gave, message buffers in our own memory, which the device never sees.</summary>
internal sealed class DeviceMemory(ISharedMemory inner, DeviceConnection device) : ISharedMemory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SharedRegion, (int Id, int Descriptor)> _ofDevice = [];

    public SharedRegion? Allocate(int size) => inner.Allocate(size);

    public SharedRegion? AllocateObject(int size)
    {
        if (device.Allocate(size, out var allocated, out var descriptor) != Errno.Ok) return null;
        var region = allocated.Size <= int.MaxValue && MappedPages.Map(descriptor, (int)allocated.Size) is { } pages ? inner.Adopt(pages) : null;
        if (region is null) _ = Descriptors.Close(descriptor);
        else lock (_gate) _ofDevice.Add(region, (allocated.Id, descriptor));
        return region;
    }

    public void Free(SharedRegion region)
    {
        (int Id, int Descriptor) held;
        bool isOfDevice;
        lock (_gate) isOfDevice = _ofDevice.Remove(region, out held);
        inner.Free(region);
        if (isOfDevice) _ = Descriptors.Close(held.Descriptor);
    }

    public bool TryResolve(ulong physicalAddress, ulong size, [NotNullWhen(true)] out SharedRegion? region, out int offset) =>
        inner.TryResolve(physicalAddress, size, out region, out offset);

    /// <summary>The device's number of a region; 0 when it is not the device's.</summary>
    public int IdOf(SharedRegion region)
    {
        lock (_gate) return _ofDevice.GetValueOrDefault(region).Id;
    }
}
