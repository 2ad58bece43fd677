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
    private const int TimedOut = 124;

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
            // A client's callbacks may wait as long as they like, as on the device; the caller may say otherwise.
            mink.Limits = mink.Limits with { CallbackDeadline = null };
            options.Configure(mink);
            if (trace is not null) mink.Observer = trace;
        });
        var device = new TeeDeviceHost(system, observer: trace);
        return await RunAsync(options, command, system, device);
    }

    private static async Task<TeeRunResult> RunAsync(TeeRunOptions options, string[] command, MinkSystem system, TeeDeviceHost device)
    {
        using var running = InterceptedCommand.Start(
            new CommandToRun { Program = command[0], Arguments = command[1..] },
            device,
            new InterceptionOptions { DevicePath = options.DevicePath, OnFault = options.OnFault });
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
        if (running.Deserted.IsCompleted) await Task.WhenAny(system.DrainReleasesAsync().AsTask(), Task.Delay(options.DescendantGrace, time));
        return new TeeRunResult(code, device.OpenContexts, system.GetLiveReferences());
    }
}
