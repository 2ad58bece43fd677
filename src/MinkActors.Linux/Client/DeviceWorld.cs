using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Client;

/// <summary>
/// The secure world behind a TEE device of the kernel: an entry becomes an OBJECT_INVOKE, and what the secure world asks meanwhile comes to
/// a receiver thread of our own (spec/03).
/// </summary>
/// <remarks>A thread for each slot in use, for the ioctl waits until the secure world is done; one receives besides, and one answers.</remarks>
internal sealed class DeviceWorld : ISecureWorld
{
    private readonly DeviceConnection _device;
    private readonly DeviceCall[] _calls;
    private readonly DeviceReceiver _receiver;
    private readonly DeviceAnswers _answers;

    public DeviceWorld(DeviceConnection device, DeviceMemory memory, SecureWorldContext context)
    {
        _device = device;
        var domain = context.Domain!;
        var objects = new DeviceObjects(domain, memory);
        var notices = new DeviceNotices(objects);
        _calls = [.. Enumerable.Range(0, domain.Limits.Slots).Select(_ => new DeviceCall(device, objects, notices, context.Memory))];
        _answers = new DeviceAnswers(device, objects);
        _receiver = new DeviceReceiver(device, objects, notices, _answers, domain);
        _answers.Start();
        _receiver.Start();
    }

    public void Enter(SecureEntry entry)
    {
        if ((uint)entry.Registers.X0 == SmcCall.InvokeFunctionId) _calls[entry.Slot].Run(entry);
        else entry.Return(SmcCall.Failed(SmcCall.StatusNotSupported));    // callbacks do not come through entries here
    }

    public ValueTask DisposeAsync()
    {
        foreach (var call in _calls) call.Dispose();
        _receiver.Stop();
        _answers.Stop();
        _device.Dispose();
        return ValueTask.CompletedTask;
    }
}
