using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Applications;

/// <summary>An application whose objects do what a test needs, and that records its own life.</summary>
internal sealed class ProbeApp : TrustedApplication
{
    public const ushort Answer = 0;
    public const ushort CallBack = 1;
    public const ushort CrashNow = 2;
    public const ushort Keep = 3;
    public const ushort HoldInApp = 4;
    public const ushort MakeAnother = 5;
    public const ushort CallOther = 6;

    public int Unloads { get; private set; }

    public int HeapWanted { get; init; } = 0x1000;

    public override int HeapSize => HeapWanted;

    public List<ClientIdentity> Clients { get; } = [];

    protected internal override IMinkObject CreateAppObject(ClientIdentity client)
    {
        Clients.Add(client);
        return new Probe(this);
    }

    protected internal override void Unloaded() => Unloads++;

    private sealed class Probe(ProbeApp app) : IMinkObject
    {
        private Capability? _kept;

        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            switch (call.Operation.Method)
            {
                case Answer:
                    return ResultCode.Ok;
                case CallBack:
                    using (var reply = await call.InputObject(0)!.InvokeAsync(0)) return reply.Code;
                case CrashNow:
                    app.Crash();
                    return ResultCode.Ok;
                case Keep:
                    _kept = call.TakeInput(0);
                    return ResultCode.Ok;
                case HoldInApp:
                    app.Hold(call.TakeInput(0)!);
                    return ResultCode.Ok;
                case MakeAnother:
                    call.SetOutputObject(0, new Probe(app));
                    return ResultCode.Ok;
                case CallOther:
                    using (var reply = await call.InputObject(0)!.InvokeAsync(CallBack, Argument.In(call.InputObject(1)))) return reply.Code;
                default:
                    return ResultCode.Invalid;
            }
        }

        void IMinkObject.Released() => _kept?.Dispose();
    }
}

/// <summary>A callback object that runs what the test gives it.</summary>
internal sealed class Callback(Func<IncomingCall, ValueTask<ResultCode>>? serve = null) : IMinkObject
{
    public int Calls { get; private set; }

    public bool IsReleased { get; private set; }

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        Calls++;
        return serve?.Invoke(call) ?? new(ResultCode.Ok);
    }

    void IMinkObject.Released() => IsReleased = true;
}
