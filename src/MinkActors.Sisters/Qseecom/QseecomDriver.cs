using Microsoft.Extensions.Logging;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>What the calls of one system share: settings, gate, what the firmware said of itself.</summary>
internal sealed class QseecomDriver
{
    /// <summary>Bytes of one call's buffers; more is refused before anything is sent.</summary>
    private const long BlockMax = 64L * 1024 * 1024;

    /// <summary>How often QSEE may refuse to let go of a listener while calls run, and how often the SMC may fail before its owner no longer waits for it.</summary>
    private const int DeregistrationsMax = 10;

    private int _lacksSessionForms;

    public QseecomDriver(QseecomOptions options, SecureWorldContext context)
    {
        Mode = options.Mode;
        Phase = options.ReentrancyPhase;
        ListenerDeadline = options.ListenerDeadline;
        ConfirmsApps = options.ConfirmsApps;
        Convention = options.Convention ?? ScmConvention.Smc64;
        var isFull = Mode == QseecomMode.Full;
        var calls = options.BusyCalls ?? (isFull ? QseecomLimits.BusyCallsFull : QseecomLimits.BusyCallsBasic);
        Domain = new SisterDomain("qseecom", context, options.Limits with { Slots = 1 }, calls, options.BusyPause, freesSlotWhileHelped: isFull && Phase != 0, freesSlotWhilePaused: true);
        Gate = context.Actors.Spawn(new QseecomGate(Mode, Phase), "qseecom-gate");
    }

    public SisterDomain Domain { get; }
    public QseecomGate Gate { get; }
    public QseecomMode Mode { get; }
    public int Phase { get; }
    public TimeSpan? ListenerDeadline { get; }
    public bool ConfirmsApps { get; }
    public ILogger Logger => Domain.Context.Logger;

    /// <summary>Set once at start.</summary>
    public ScmConvention Convention { get; set; }

    /// <summary>Set once at start.</summary>
    public FeatureVersion Version { get; set; }

    /// <summary>The firmware knows scatter tables. Set once at start.</summary>
    public bool UsesTables { get; set; }

    /// <summary>The stop has given up on what is left.</summary>
    public bool HasStopped { get; set; }

    /// <summary>False once the firmware refused the session form of a registration.</summary>
    public bool HasSessionForms => Volatile.Read(ref _lacksSessionForms) == 0;

    /// <summary>Makes one call. Its failures are <see cref="QseecomException"/>; an outcome's record is the caller's to read.</summary>
    public Task<QseecomOutcome> CallAsync(in QseecomRequest request, in CallOptions options)
    {
        if (Domain.Link.RefusesCalls && !request.IsOwn) return Task.FromException<QseecomOutcome>(QseecomException.Defunct("QSEECOM has stopped"));
        var size = QseecomTransaction.SizeOf(request);
        if (size > BlockMax) return Refused(QseecomErrno.EINVAL, $"Request and response need {size} bytes, the limit is {BlockMax}", false);
        SharedRegion? block = null;
        if (size > 0 && (block = Domain.Buffers.Rent((int)size)) is null) return Refused(QseecomErrno.ENOMEM, $"No shared memory for the {size} bytes of the call {request.Function.Name}", true);
        if (block is not null && IsOutOfReach(block))
        {
            Domain.Buffers.Return(block);
            return Refused(QseecomErrno.ENOMEM, $"QSEE {Version} reaches buffers below 4 GiB only, and there are none for the call {request.Function.Name}", true);
        }
        return Domain.Actors.Spawn(new QseecomTransaction(this, request, block)).SendAsync(options);
    }

    /// <summary>Makes one call, and fails when its transaction went wrong.</summary>
    public async Task<QseecomResponse> RequireAsync(QseecomRequest request, CallOptions options)
    {
        var outcome = await CallAsync(request, options);
        return outcome.Errno == QseecomErrno.Ok ? outcome.Record
            : throw new QseecomException(outcome.Errno, $"The call {request.Function.Name} ended {outcome.Errno}, result {outcome.Record.Result}", false);
    }

    /// <summary>The id of the application of that name.</summary>
    /// <exception cref="QseecomException">EINVAL for a name of 64 bytes or more, without an SMC; ENOENT when it is not loaded.</exception>
    public async Task<uint> LookUpAsync(byte[] name, CallOptions options)
    {
        var image = new byte[QseecomLimits.NameBufferSize];
        if (!QseecomLimits.TryWriteName(image, name, out var refusal)) throw new QseecomException(QseecomErrno.EINVAL, $"No application has such a name: {refusal}", false, InvocationPhase.Preparing);
        var record = await RequireAsync(new QseecomRequest(QseecomCall.AppLookup, (input, _) => [input, (ulong)name.Length]) { Input = image }, options);
        var errno = record.InterpretLookup(out var id);
        if (record.Result is QseecomResult.Incomplete or QseecomResult.BlockedOnListener) QseecomLog.Unsupported(Logger, QseecomCall.AppLookup.Name, record.Result);
        return errno switch
        {
            QseecomErrno.Ok => id,
            QseecomErrno.ENOENT => throw new QseecomException(errno, "No application of that name is loaded", true),
            _ => throw new QseecomException(errno, $"The look-up was answered {record}", true),
        };
    }

    /// <summary>QSEE before 4.0.0 has no way to buffers above 4 GiB (spec/08 section 5).</summary>
    public bool IsOutOfReach(SharedRegion region) =>
        Version.Word < FeatureVersion.HighBuffers.Word && region.PhysicalAddress + (ulong)region.Size > 1ul << 32;

    /// <summary>Registers a listener: the session form first, the other when the firmware does not know it (section 8).</summary>
    public async Task<QseecomResponse> RegisterAsync(uint id, SharedRegion buffer, int size)
    {
        QseecomRequest Request(QseecomCall form) => new(form, (_, _) => [id, buffer.PhysicalAddress, (ulong)size]);
        if (HasSessionForms)
        {
            try
            {
                return await RequireAsync(Request(QseecomCall.ListenerRegisterSession), CallOptions.None);
            }
            catch (QseecomException unknown) when (unknown.Errno == QseecomErrno.EIO)
            {
                Volatile.Write(ref _lacksSessionForms, 1);
            }
        }
        return await RequireAsync(Request(QseecomCall.ListenerRegister), CallOptions.None);
    }

    /// <summary>Deregisters, again and again with growing pauses while the SMC fails: it stays queued (section 8).</summary>
    /// <returns>EPERM when QSEE refused: the listener is dropped anyway.</returns>
    /// <remarks>QSEE also refuses while a request is on its way to the listener, which then gets FAILURE: tried again while calls run.</remarks>
    public async ValueTask<QseecomErrno> DeregisterAsync(ListenerActor listener)
    {
        var id = listener.Id;
        var failures = 0;
        var pause = TimeSpan.FromMilliseconds(100);
        for (var refusals = 0; !HasStopped;)
        {
            var (isQuiet, granted) = (Domain.UnderWay == 0, Gate.Granted);
            try
            {
                var record = await RequireAsync(new QseecomRequest(QseecomCall.ListenerDeregister, (_, _) => [id]) { IsOwn = true }, CallOptions.None);
                if (record.Result == QseecomResult.Success) return QseecomErrno.Ok;
                // A call that has ended by now may have been the reason: only when there was none but this one, it is QSEE's last word.
                if ((isQuiet && Gate.Granted == granted + 1) || ++refusals == DeregistrationsMax) return QseecomErrno.EPERM;
            }
            catch (QseecomException failed)
            {
                QseecomLog.NotDeregistered(Logger, id, failed.Message);
                if (++failures == DeregistrationsMax) listener.Stuck.TrySetResult(failed.Errno);
            }
            await Task.Delay(pause, Domain.Actors.Time);
            pause = pause < TimeSpan.FromSeconds(5) ? pause * 2 : pause;
        }
        return QseecomErrno.EIO;
    }

    /// <summary>Ends a listener that was marked as leaving: QSEE is told, then its id and buffer are free again.</summary>
    /// <returns>How it left; where QSEE cannot be told, why: it stays queued then, and goes on leaving.</returns>
    public async Task<QseecomErrno> LetGoAsync(ListenerActor listener)
    {
        listener.Tell(new ListenerActor.Unregister());
        return await await Task.WhenAny(FinishAsync(listener), listener.Stuck.Task);
    }

    private async Task<QseecomErrno> FinishAsync(ListenerActor listener)
    {
        var errno = await listener.Gone.Task;
        // A stop that gave up has let go of everything.
        if (HasStopped) return errno;
        await Gate.Ask(new QseecomGate.RemoveListener(listener));
        // QSEE that refused may still use the buffer.
        if (errno == QseecomErrno.Ok) Domain.Buffers.Return(listener.Buffer);
        else Domain.Buffers.Quarantine(listener.Buffer);
        listener.Left.TrySetResult(errno);
        return errno;
    }

    private static Task<QseecomOutcome> Refused(QseecomErrno errno, string reason, bool isRetrySafe) =>
        Task.FromException<QseecomOutcome>(new QseecomException(errno, reason, isRetrySafe, InvocationPhase.Preparing));
}
