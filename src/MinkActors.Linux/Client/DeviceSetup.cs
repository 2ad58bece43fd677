using MinkActors.Linux.Client;

namespace MinkActors.Linux;

/// <summary>Chooses a TEE device of the kernel as a system's other side.</summary>
public static class DeviceSetup
{
    /// <summary>Talks to the QTEE behind a Linux TEE device: the same objects and calls as with the emulator (spec/03).</summary>
    /// <param name="options">Of the system.</param>
    /// <param name="path">The device's node.</param>
    /// <remarks>
    /// The device is opened when the system starts, and closed when it stops; programs started meanwhile do not inherit it. Each call under
    /// way takes one thread. The device has no deadline of its own and cannot take a call back: a cancelled call ends only its caller's wait.
    /// An object of ours counts as released once the calls that were under way at that moment have returned. A memory object that the secure
    /// world hands back in a later call than the one that gave it is refused.
    /// </remarks>
    /// <exception cref="IOException">From the start: the node cannot be opened, or is not QTEE's.</exception>
    public static MinkOptions UseDevice(this MinkOptions options, string path = "/dev/tee0")
    {
        ArgumentNullException.ThrowIfNull(options);
        (DeviceConnection Device, DeviceMemory Memory)? opened = null;
        options.WrapMemory(inner =>
        {
            var device = DeviceConnection.Open(path);
            var memory = new DeviceMemory(inner, device);
            opened = (device, memory);
            return memory;
        });
        return options.UseSecureWorld(context => new DeviceWorld(opened!.Value.Device, opened.Value.Memory, context));
    }
}
