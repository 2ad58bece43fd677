using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Client;

/// <summary>
/// The secure world behind a TEE device of the kernel: an entry becomes an OBJECT_INVOKE, and what the secure world asks meanwhile comes to
/// receiver threads of our own (spec/03).
/// </summary>
/// <remarks>A thread for each slot, for the ioctl waits until the secure world is done; receivers besides, so that a callback can be served.</remarks>
internal sealed class DeviceWorld : ISecureWorld
{
    private readonly DeviceConnection _device;
    private readonly DeviceCall[] _calls;
    private readonly DeviceReceiver[] _receivers;

    public DeviceWorld(DeviceConnection device, DeviceMemory memory, SecureWorldContext context, int receivers)
    {
        _device = device;
        var domain = context.Domain!;
        var objects = new DeviceObjects(domain, memory);
        _calls = [.. Enumerable.Range(0, domain.Limits.Slots).Select(_ => new DeviceCall(device, objects, context.Memory))];
        _receivers = [.. Enumerable.Range(0, receivers).Select(_ => new DeviceReceiver(device, objects, domain))];
        foreach (var receiver in _receivers) receiver.Start();
    }

    public void Enter(SecureEntry entry)
    {
        if ((uint)entry.Registers.X0 == SmcCall.InvokeFunctionId) _calls[entry.Slot].Run(entry);
        else entry.Return(SmcCall.Failed(SmcCall.StatusNotSupported));    // callbacks do not come through entries here
    }

    public ValueTask DisposeAsync()
    {
        foreach (var call in _calls) call.Dispose();
        foreach (var receiver in _receivers) receiver.Stop();
        _device.Dispose();
        return ValueTask.CompletedTask;
    }
}
