using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>One instance of a trusted application: runs its calls one at a time, in turns of its own.</summary>
/// <remarks>What the kernel knows of it (sessions, fitness) is the kernel's and changes in the kernel's turns.</remarks>
internal sealed class ApplicationInstance(OpTeeKernel kernel, OpTeeRegistration registration, OpTeeApplication code) : Actor
{
    private const ulong ImageSizeMax = 16 << 20;

    private readonly Queue<ApplicationCall> _waiting = new();
    private ApplicationCall? _running;
    private bool _isDead;
    private bool _isLoaded = !registration.Traits.HasFlag(OpTeeApplicationTraits.NeedsImage);

    public OpTeeRegistration Registration => registration;

    /// <summary>Kernel: open sessions, and opens under way.</summary>
    public int Sessions { get; set; }

    /// <summary>Kernel: it panicked; its sessions answer TARGET_DEAD.</summary>
    public bool HasPanicked { get; set; }

    protected override string DefaultName => $"ta {registration.Uuid}";

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case ApplicationCall call:
                _waiting.Enqueue(call);
                RunNext();
                break;
            case Done done:
                Ended(done);
                RunNext();
                break;
            case CancelCall cancel:
                if (cancel.Call.Life == cancel.Life) cancel.Call.Target.Cancel();
                break;
        }
    }

    private void RunNext()
    {
        while (_running is null && _waiting.TryDequeue(out var call))
        {
            _running = call;
            if (_isDead)
            {
                Answer(call, TeeResult.TargetDead, TeeOrigin.Tee);
                continue;
            }
            var done = new Done();
            if (RunUserCode(Run, call, done)) Ended(done);
        }
    }

    private ValueTask<TeeResult> Run(ApplicationCall call) => call.Kind switch
    {
        ApplicationCallKind.Open when !_isLoaded => LoadAndOpenAsync(call.Target),
        ApplicationCallKind.Open => code.OpenSessionAsync(call.Target),
        ApplicationCallKind.Invoke or ApplicationCallKind.BottomHalf => code.InvokeAsync(call.Target),
        _ => CloseAsync(call.Target),
    };

    /// <summary>Fetches the image from the supplicant first. C# code has none: that there is one of a size below the limit is enough.</summary>
    private async ValueTask<TeeResult> LoadAndOpenAsync(OpTeeCall call)
    {
        var (a, b) = OpTeeUuid.ToWords(registration.Uuid);
        var name = OpTeeParameter.Value(OpTeeParameterType.ValueInput, a, b);
        var asked = await call.AskAsync(OpTeeRpcCommand.LoadTrustedApplication, name, OpTeeParameter.Temporary(OpTeeParameterType.TemporaryOutput, 0, 0, 0));
        var size = asked.Parameters is [_, var needed] ? needed.ByteSize : 0;
        if (asked.Result is not (TeeResult.Success or TeeResult.ShortBuffer) || size is 0 or > ImageSizeMax) return TeeResult.ItemNotFound;
        if (await call.AllocateSharedAsync(OpTeeSharedMemoryKind.Application, size) is not { } room) return TeeResult.OutOfMemory;
        var loaded = await call.AskAsync(OpTeeRpcCommand.LoadTrustedApplication, name, room.As(OpTeeParameterType.RegisteredOutput, size));
        await call.FreeSharedAsync(room);
        if (loaded.Result != TeeResult.Success) return TeeResult.ItemNotFound;
        _isLoaded = true;
        return await code.OpenSessionAsync(call);
    }

    private async ValueTask<TeeResult> CloseAsync(OpTeeCall call)
    {
        await code.CloseSessionAsync(call);
        return TeeResult.Success;
    }

    private void Ended(Done done)
    {
        var call = _running!;
        switch (done.Error)
        {
            case null: Answer(call, done.Result, TeeOrigin.TrustedApplication); break;
            case OpTeeException answer: Answer(call, answer.Result, TeeOrigin.TrustedApplication); break;
            case InvariantBrokenException broken: throw broken;
            default:
                _isDead = true;
                kernel.Panicked(this, done.Error);
                Answer(call, TeeResult.TargetDead, TeeOrigin.Tee);
                break;
        }
    }

    private void Answer(ApplicationCall call, TeeResult result, TeeOrigin origin)
    {
        _running = null;
        (call.Result, call.Origin) = (result, origin);
        call.HasPanicked = _isDead;
        kernel.Tell(call);
    }

    private sealed class Done : UserCodeDone<TeeResult>;
}

/// <summary>A call on its way to an instance, and back to the kernel with its result.</summary>
internal sealed class ApplicationCall(ApplicationCallKind kind, OpTeeThread thread, Session session, OpTeeCall target) : Message
{
    public ApplicationCallKind Kind => kind;
    public OpTeeThread Thread => thread;
    public Session Session => session;
    public OpTeeCall Target => target;

    /// <summary>Which life of the thread it belongs to: a thread that was dropped meanwhile takes no answer.</summary>
    public uint Life { get; } = thread.Life;

    /// <summary>As the client named it, for CANCEL.</summary>
    public uint CancelId { get; init; }

    public TeeResult Result { get; set; }
    public TeeOrigin Origin { get; set; }
    public bool HasPanicked { get; set; }
}

internal enum ApplicationCallKind : byte
{
    Open, Invoke, Close, BottomHalf,
}

/// <summary>A client asks to cancel a call.</summary>
internal sealed class CancelCall(ApplicationCall call) : Message
{
    public ApplicationCall Call => call;
    public uint Life { get; } = call.Life;
}
