using MinkActors.Interfaces;
using MinkActors.Linux.Device;
using MinkActors.Linux.Interception;
using MinkActors.Linux.Tracing;

namespace MinkActors.Linux;

/// <summary>How `mink run` serves a command.</summary>
public sealed record TeeRunOptions
{
    /// <summary>Chooses the secure world, and whatever else a system needs: applications, faults, limits.</summary>
    public required Action<MinkOptions> Configure { get; init; }

    /// <summary>Where each step is written as JSON Lines; nowhere when null. An existing file is replaced.</summary>
    public string? TraceFile { get; init; }

    /// <summary>After that the command is killed and the run ends with 124; never when null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The node that the command opens; need not exist here.</summary>
    public string DevicePath { get; init; } = "/dev/tee0";

    /// <summary>
    /// Whether every open and every look at a path is compared with the device's, so that programs that ask for it by stat find it, and its
    /// sysfs file. Each costs the command a round trip to this process; otherwise only opens for writing and access checks do.
    /// </summary>
    public bool CoversAllPaths { get; init; }

    /// <summary>Called when the last client has gone, before what is left is counted: the place to let go what only a client's next call would find dead.</summary>
    public Action? ClientsGone { get; init; }

    /// <summary>How long descendants that the command left behind are served after its end.</summary>
    public TimeSpan DescendantGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told of what goes wrong in the host while it serves; such a call fails with EIO.</summary>
    public Action<Exception>? OnFault { get; init; }
}

/// <summary>How a run ended.</summary>
/// <param name="ExitCode">The command's, 128 + the signal that ended it, or 124 after the timeout.</param>
/// <param name="Contexts">Files of the device that are still open: descendants that outlived the run.</param>
/// <param name="Left">What was alive in the system after the last client had gone.</param>
public sealed record TeeRunResult(int ExitCode, int Contexts, LeakReport Left);

/// <summary>Starts a command so that its TEE device is served by a secure world of ours: the body of `mink run`.</summary>
public static class TeeRun
{
    /// <summary>Invocations of all clients together that may be inside the secure world, those that wait for a callback among them.</summary>
    /// <remarks>Far more than one client may have: nobody can keep the others out by never answering (spec/11 D-35).</remarks>
    public const int SlotsMax = 4096;

    private const int TimedOut = 124;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);
    private const long SharedBytesMax = 16L << 30;       // pages are only taken when they are touched

    /// <summary>Runs the command to its end, with our standard streams.</summary>
    /// <param name="command">The program, looked up in PATH, and its arguments.</param>
    /// <exception cref="InterceptionException">It could not be started, or not under interception; `mink doctor` tells more.</exception>
    public static async Task<TeeRunResult> RunAsync(TeeRunOptions options, params string[] command)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(command);
        if (command.Length == 0) throw new ArgumentException("No command was given.", nameof(command));
        using var trace = options.TraceFile is { } path ? new TraceWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024), TimeProvider.System) : null;
        await using var system = await MinkSystem.StartAsync(mink =>
        {
            SetBounds(mink);
            options.Configure(mink);
            if (trace is not null) mink.Observer = trace;
        });
        var device = new TeeDeviceHost(system, observer: trace);
        return await RunAsync(options, command, system, device);
    }

    /// <summary>The bounds of a run, before the caller says otherwise: a client's callbacks may wait as long as they like, as on the device.</summary>
    internal static void SetBounds(MinkOptions mink)
    {
        mink.Limits = mink.Limits with { CallbackDeadline = null, Slots = SlotsMax };
        mink.MemoryBudget = SharedBytesMax;
    }

    private static async Task<TeeRunResult> RunAsync(TeeRunOptions options, string[] command, MinkSystem system, TeeDeviceHost device)
    {
        using var running = InterceptedCommand.Start(
            new CommandToRun { Program = command[0], Arguments = command[1..] },
            device,
            new InterceptionOptions { DevicePath = options.DevicePath, Coverage = options.CoversAllPaths ? PathCoverage.AllOpensAndChecks : PathCoverage.ReadWriteOpens, OnFault = options.OnFault });
        var exit = running.Exit;
        var time = system.Actors.Time;
        if (options.Timeout is { } due && await Task.WhenAny(exit, Task.Delay(due, time)) != exit)
        {
            running.Dispose();
            await exit;
            exit = Task.FromResult(TimedOut);
        }

        var code = await exit;
        await Task.WhenAny(running.Deserted, Task.Delay(options.DescendantGrace, time));
        if (running.Deserted.IsCompleted)
        {
            using var grace = new CancellationTokenSource(options.DescendantGrace, time);
            await SettleAsync(options, system, grace.Token);
        }

        return new TeeRunResult(code, device.OpenContexts, system.GetLiveReferences());
    }

    /// <summary>
    /// Waits until nothing of the clients is left: what they called may still be on its way out of the secure world, and what that lets go of
    /// outside a call it says with its next answer, for which any call will do.
    /// </summary>
    private static async Task SettleAsync(TeeRunOptions options, MinkSystem system, CancellationToken grace)
    {
        options.ClientsGone?.Invoke();
        try
        {
            await system.DrainReleasesAsync().AsTask().WaitAsync(grace);
            while (!system.GetLiveReferences().IsClean)
            {
                using (await system.Root.InvokeAsync(IClientEnv.Ops.Open, grace, Argument.In(0u), Argument.OutObject)) await system.DrainReleasesAsync().AsTask().WaitAsync(grace);
                if (!system.GetLiveReferences().IsClean) await Task.Delay(LookAgain, system.Actors.Time, grace);
            }
        }
        catch (Exception end) when (end is MinkTransportException or OperationCanceledException)
        {
            // A world that does not answer holds what it holds; the report says what.
        }
    }
}
