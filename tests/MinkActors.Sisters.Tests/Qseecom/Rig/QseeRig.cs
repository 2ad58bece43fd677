using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Emulator.Qsee;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>A QSEECOM system under many interleavings in virtual time, and the proof at its end that nothing is left.</summary>
internal sealed class QseeRig
{
    public const string Echo = "echo";

    private readonly List<ScmRegisters> _smcs = [];

    private QseeRig(SimulationActorSystem actors) => Actors = actors;

    public SimulationActorSystem Actors { get; }
    public QseecomSystem System { get; private set; } = null!;
    public EmulatedQsee? Qsee { get; private set; }
    public PhysicalMemory Memory { get; private set; } = null!;
    public LogLines Log { get; } = new();

    /// <summary>The platform's; null unless asked for.</summary>
    public ProtectedMemoryService? ProtectedMemory { get; private set; }

    /// <summary>Every SMC made, the registers as they went in.</summary>
    public IReadOnlyList<ScmRegisters> Smcs => _smcs;

    /// <summary>The names of the calls made since the start of the scenario, in order.</summary>
    public string Calls => string.Join(" ", _smcs.Skip(Before).Select(NameOf));

    /// <summary>SMCs of the start, which the scenario does not count.</summary>
    public int Before { get; private set; }

    /// <summary>Set by a scenario whose peer keeps something for ever.</summary>
    public bool LeavesSomething { get; set; }

    /// <summary>Against the emulated QSEE.</summary>
    public static void Simulate(Func<QseeRig, Task> scenario, Action<QseeOptions>? qsee = null, Action<QseecomOptions>? options = null, int seeds = 8, bool hasProtectedMemory = false) =>
        Run(scenario, seeds, (rig, o) =>
        {
            // The normal world's own memory lies in a window, so that it can be protected.
            if (hasProtectedMemory) rig.ProtectedMemory = new ProtectedMemoryService(rig.Actors, new ProtectedPlatformOptions { Windows = [new AddressRange(0x7000_0000, 256 << 20), new AddressRange(PhysicalMemory.Base, 1 << 30)] });
            o.UseEmulatedQsee(q =>
            {
                q.ProtectedMemory = rig.ProtectedMemory;
                q.Load(Echo, () => new CodeApp(call => { call.Respond(call.Request.Span); return default; }));
                q.Started = made => rig.Qsee = made;
                qsee?.Invoke(q);
            });
            options?.Invoke(o);
        });

    /// <summary>Against a peer that answers as it is told.</summary>
    public static void Script(Func<QseeRig, Task> scenario, ScriptedQsee peer, Action<QseecomOptions>? options = null, int seeds = 3) =>
        Run(scenario, seeds, (rig, o) =>
        {
            peer.Reset();
            o.Convention = ScmConvention.Smc64;
            o.UseSecureWorld((context, _) => peer.For(context));
            options?.Invoke(o);
        });

    private static void Run(Func<QseeRig, Task> scenario, int seeds, Action<QseeRig, QseecomOptions> configure)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            var rig = new QseeRig(new SimulationActorSystem(new SimulationOptions { Seed = (ulong)seed, RecordChoices = false }));
            var failures = new List<Exception>();
            rig.Actors.Failures += (_, cause, _) => failures.Add(cause);
            try
            {
                rig.Actors.Run(() => rig.PlayAsync(scenario, configure));
                Assert.Empty(failures);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Under seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private async Task PlayAsync(Func<QseeRig, Task> scenario, Action<QseeRig, QseecomOptions> configure)
    {
        System = await QseecomSystem.StartAsync(o =>
        {
            o.UseActors(Actors);
            o.LoggerFactory = Log;
            o.WrapMemory(memory => Memory = (PhysicalMemory)memory);
            configure(this, o);
            o.WrapSecureWorld((inner, _) => new Recorder(inner, _smcs));
        });
        Before = _smcs.Count;
        await scenario(this);
        var left = await System.StopAsync();
        if (LeavesSomething) return;
        Assert.True(left.IsClean, $"Left at the end: {left}");
        Assert.True(Qsee is null or { IsClean: true }, "QSEE still has sessions or listeners");
        Assert.Equal(0, Memory.Shared);
    }

    public Task DelayAsync(int ms) => Task.Delay(TimeSpan.FromMilliseconds(ms), Actors.Time);

    /// <summary>Sends a request of that text; gives the response's first bytes as text.</summary>
    public static async Task<string> SayAsync(QseecomApp app, string text, CallOptions options = default)
    {
        var response = new byte[64];
        await app.SendAsync(global::System.Text.Encoding.UTF8.GetBytes(text), response, options);
        return global::System.Text.Encoding.UTF8.GetString(response).TrimEnd('\0');
    }

    public static string NameOf(ScmRegisters smc) => smc[0] == 1 ? "again" : QseecomCall.TryFind(new ScmFunctionId((uint)smc[0]), out var call) ? call.Name : $"0x{smc[0]:X}";

    /// <summary>The error of an operation that has to fail.</summary>
    public static async Task<QseecomErrno> ErrnoOf(Task task) => (await Assert.ThrowsAsync<QseecomException>(() => task)).Errno;

    private sealed class Recorder(ISecureWorld inner, List<ScmRegisters> smcs) : ISecureWorld
    {
        public void Enter(SecureEntry entry)
        {
            smcs.Add(ScmRegisters.From(entry.Registers));
            inner.Enter(entry);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>Log lines, kept.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IEnumerable<string> Warnings => _lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text);

    public ILogger CreateLogger(string categoryName) => this;
    public void AddProvider(ILoggerProvider provider) { }
    public void Dispose() { }
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => true;
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Add((logLevel, formatter(state, exception)));
}
