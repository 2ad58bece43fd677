using MinkActors.Actors;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Emulator.Qsee;

/// <summary>QSEE proper: takes each SMC apart, checks it, and answers it now or when an application has got on (spec/08 section 10).</summary>
/// <remarks>One actor: what two calls agree on here is decided one after the other.</remarks>
internal sealed partial class QseeKernel : Actor
{
    private readonly QseeOptions _options;
    private readonly QseeMemory _memory;
    private readonly Action<ulong> _wake;

    public QseeKernel(SecureWorldContext context, QseeOptions options, Action<ulong> wake)
    {
        _options = options;
        options.ProtectedMemory?.Platform.Attach(context.Memory);
        _memory = new QseeMemory(context.Memory, options.ProtectedMemory?.Platform);
        _wake = wake;
    }

    protected override void Started()
    {
        foreach (var name in _options.AtBoot) Load(name);
    }

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case SecureEntry entry: Serve(entry); break;
            case ListenerAsk ask: Asked(ask); break;
            case QseeAppHost.Done done: CodeEnded(done); break;
            case SleepNext sleep: (_sleeps, _sleepTime) = (sleep.Count, sleep.Time); break;
            case WakeUp wake: _wake(wake.Context); break;
            case SetLoaded change: Change(change); break;
        }
    }

    /// <summary>One SMC. The registers are a snapshot; an extension block is copied once before it is read.</summary>
    private void Serve(SecureEntry entry)
    {
        var registers = ScmRegisters.From(entry.Registers);
        Span<ulong> arguments = stackalloc ulong[ScmArgumentInfo.ArgumentsMax];
        if (!ScmFrame.TryRead(registers, arguments, out var call, out var block, out var status))
        {
            Return(entry, status);
            return;
        }
        if (call.Arguments.NeedsExtensionBlock)
        {
            var convention = new ScmFunctionId((uint)registers[0]).Convention;
            if (!_memory.TryCopy(block, (ulong)ScmExtensionBlock.SizeOf(convention), out var image))
            {
                Return(entry, ScmStatus.BadAddress);
                return;
            }
            ScmExtensionBlock.TryRead(image, convention, arguments[..call.Arguments.Count], out _);
        }
        Dispatch(entry, call, arguments);
    }

    private void Dispatch(SecureEntry entry, in QseecomCall call, ReadOnlySpan<ulong> arguments)
    {
        var isApp = call.Id.Owner == ScmOwner.Applications;
        if (_options.ReentrancyPhase == 0 && AnyHeld && (isApp || call.WaitsForHeldApps)) Return(entry, ScmStatus.Busy);
        else if (_options.ReentrancyPhase is 1 or 2 && AnyHeld && call.WaitsForHeldApps) Return(entry, QseecomResult.Failure);
        else if (isApp) DispatchToApp(entry, call, arguments);
        else if (call.Id.Owner == ScmOwner.SecureOs) DispatchToOs(entry, call, arguments);
        else DispatchInfo(entry, call, arguments);
    }

    private void DispatchToApp(SecureEntry entry, in QseecomCall call, ReadOnlySpan<ulong> arguments)
    {
        if (call == QseecomCall.AppSend) Send(entry, arguments, []);
        else if (call == QseecomCall.AppSendWithTable && _options.ScatterVersion.Word >= FeatureVersion.ScatterTables.Word) SendWithTable(entry, arguments);
        else Return(entry, ScmStatus.NotSupported);
    }

    private void DispatchToOs(SecureEntry entry, in QseecomCall call, ReadOnlySpan<ulong> arguments)
    {
        switch (call.Name)
        {
            case "app-start": StartApp(entry, arguments); break;
            case "app-shutdown": ShutDown(entry, arguments[0]); break;
            case "app-lookup": LookUp(entry, arguments); break;
            case "app-get-state": Return(entry, FindApp(arguments[0]) is null ? QseecomResult.Failure : QseecomResult.Success); break;
            case "app-region-notification" or "register-log-buffer":
                if (_memory.Contains(arguments[0], arguments[1])) Return(entry, QseecomResult.Success);
                else Return(entry, ScmStatus.BadAddress);
                break;
            case "load-services-image" or "unload-services-image": Return(entry, QseecomResult.Success); break;
            case "listener-register": Register(entry, arguments); break;
            case "listener-deregister": Deregister(entry, arguments[0]); break;
            case "listener-response": Answer(entry, arguments, hasTable: false); break;
            case "listener-response-sglist": Answer(entry, arguments, hasTable: true); break;
            case "continue-blocked": Continue(entry, FindApp(arguments[0])?.Session); break;
            case "listener-register-smcinvoke" when _options.HasSessionForms: Register(entry, arguments); break;
            case "continue-blocked-smcinvoke" when _options.HasSessionForms: Continue(entry, _sessions.GetValueOrDefault(arguments[0])); break;
            default: Return(entry, ScmStatus.Error); break;
        }
    }

    private void DispatchInfo(SecureEntry entry, in QseecomCall call, ReadOnlySpan<ulong> arguments)
    {
        switch (call.Name)
        {
            case "info-is-call-available": Return(entry, IsAvailable(arguments[0]) ? 1u : 0u); break;
            case "info-feature-version": Return(entry, arguments[0] switch
            {
                QseecomLimits.FeatureQseeVersion => _options.Version.Word,
                QseecomLimits.FeatureScatterTable => _options.ScatterVersion.Word,
                _ => 0,
            }); break;
            case "waitq-resume": Resume(entry, arguments[0]); break;
            default: Return(entry, ScmStatus.NotSupported); break;
        }
    }

    /// <summary>The argument is the 16-bit function number with its owner in bits 29 to 24.</summary>
    private static bool IsAvailable(ulong function) =>
        function <= uint.MaxValue && QseecomCall.TryFind(new ScmFunctionId((uint)function & 0x3F00_FFFF), out var call) && !call.Name.StartsWith("gp-", StringComparison.Ordinal);

    private static void Return(SecureEntry entry, ScmStatus status) => entry.Return(new QseecomResponse().ToRegisters(status).ToSmc());

    private static void Return(SecureEntry entry, ulong result, ulong type = 0, ulong data = 0) =>
        entry.Return(new QseecomResponse(result, type, data).ToRegisters().ToSmc());

    internal sealed class SleepNext(int count, TimeSpan time) : Message
    {
        public int Count => count;
        public TimeSpan Time => time;
    }

    internal sealed class SetLoaded(string name, bool isLoaded) : Message
    {
        public string Name => name;
        public bool IsLoaded => isLoaded;
    }

    private sealed class WakeUp(ulong context) : Message
    {
        public ulong Context => context;
    }
}
