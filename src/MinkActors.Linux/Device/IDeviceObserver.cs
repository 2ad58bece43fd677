using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>Sees what clients do at the device. Called on the thread where it happens: be quick.</summary>
internal interface IDeviceObserver
{
    void Opened(int context, ClientProcess client);

    void Closed(int context);

    /// <summary>An invocation was accepted for sending, as the client wrote it.</summary>
    void Invoking(int context, int thread, ReadOnlySpan<byte> block);

    /// <summary>A call has ended, with the block as it is after it: empty when it could not be read.</summary>
    void Ended(int context, int thread, uint request, Errno errno, ReadOnlySpan<byte> block);
}
