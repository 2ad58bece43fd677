using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>Monitor calls that carry nothing but registers, made one after the other: what a system asks before and after its transactions.</summary>
internal sealed class RegisterCalls(ISecureWorld world) : Actor
{
    private readonly Queue<RegisterCall> _waiting = new();
    private SecureEntry? _entry;
    private RegisterCall? _running;

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case RegisterCall call:
                _waiting.Enqueue(call);
                break;
            case SecureEntry entry:
                var ended = _running!;
                _running = null;
                ended.Reply(entry.Registers);
                break;
        }
        if (_running is not null || !_waiting.TryDequeue(out _running)) return;
        _entry ??= new SecureEntry(this);
        _entry.Registers = _running.Registers;
        _entry.Enter(world);
    }
}

/// <summary>One such call; answered with the registers that came back.</summary>
internal sealed class RegisterCall(SmcRegisters registers) : Request<SmcRegisters>
{
    public SmcRegisters Registers => registers;
}
