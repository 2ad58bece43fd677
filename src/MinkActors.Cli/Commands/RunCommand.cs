using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Cli.Screen;
using MinkActors.Emulator;
using MinkActors.Linux;
using MinkActors.Linux.Interception;
using MinkActors.Testing;
using Serilog.Events;

namespace MinkActors.Cli.Commands;

/// <summary>Runs a program so that its TEE device is served by the emulated secure world.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var appDir = new Option<DirectoryInfo?>("--app-dir") { Description = "Images in this directory (*.mbn) are known to the secure world by the name and UUID in their metadata." };
        var trace = new Option<FileInfo?>("--trace") { Description = "Writes each call as a JSON line; read it with: mink trace show FILE" };
        var faults = new Option<string?>("--faults") { Description = "Faults between the worlds: a JSON file, rules in text, standard or hostile. What fired goes to standard error." };
        var seed = new Option<ulong>("--seed") { Description = "Decides the draws of --faults." };
        var allPaths = new Option<bool>("--all-paths") { Description = "Also answers programs that look for the device with stat or read its sysfs file. Slows every open down." };
        var timeout = new Option<int?>("--timeout") { Description = "Seconds after which the program is killed; exit 124 then." };
        var command = new Argument<string[]>("command") { Description = "The program and its arguments, after --.", Arity = ArgumentArity.OneOrMore };
        var profile = new Option<bool>("--profile") { Description = "At the end, what each actor cost: time in receive and in the mailbox, messages, queue depth, by name." };
        var logLevel = CommonOptions.LogLevel();
        var run = new Command("run", """
            Starts a program, unchanged, so that its open of /dev/tee0 and its TEE calls are served by an emulated secure world
            in this process. Needs no root and no kernel module; see mink doctor. The exit code is the program's.

            Example:  mink run --trace calls.jsonl -- ./unittest -d
            """) { appDir, trace, faults, seed, allPaths, timeout, profile, logLevel, command };
        run.SetAction((parsed, _) =>
        {
            var settings = new RunSettings(parsed.GetValue(appDir), parsed.GetValue(trace), parsed.GetValue(seed), parsed.GetValue(allPaths), parsed.GetValue(timeout), parsed.GetValue(profile));
            return Run(settings, parsed.GetValue(faults), parsed.GetValue(logLevel), parsed.GetRequiredValue(command));
        });
        return run;
    }

    private static async Task<int> Run(RunSettings settings, string? faults, LogEventLevel level, string[] command)
    {
        if (settings.AppDir is { Exists: false })
        {
            Output.Error($"there is no directory {settings.AppDir}");
            return ExitCode.Unusable;
        }
        if (settings.Timeout is <= 0)
        {
            Output.Error($"--timeout is {settings.Timeout}; it is a number of seconds from 1");
            return ExitCode.Unusable;
        }
        using var logging = CommonOptions.Logging(level);
        await using var actors = new ThreadPoolActorSystem(new ThreadPoolOptions { CollectMetrics = settings.IsProfiled });
        try
        {
            var plan = faults is null ? null : LoadFaults(faults);
            var result = await TeeRun.RunAsync(Options(settings, plan, logging, actors), command);
            if (actors.Metrics is { } metrics) ProfileScreen.Print(metrics.Snapshot(), isSimulated: false);
            return result.ExitCode;
        }
        catch (InterceptionException failure)
        {
            Output.Error($"{failure.Message} (mink doctor tells what this machine lacks)");
            return ExitCode.Unusable;
        }
        catch (Exception failure) when (failure is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            Output.Error(failure.Message);
            return ExitCode.Unusable;
        }
    }

    private static TeeRunOptions Options(RunSettings settings, FaultPlan? faults, ILoggerFactory logging, ActorSystem actors)
    {
        EmulatedSecureWorld? world = null;
        return new TeeRunOptions
        {
            Configure = mink =>
            {
                mink.LoggerFactory = logging;
                mink.UseActors(actors);
                mink.UseEmulator(emulator =>
                {
                    // More than the normal world ever enters with, so that its limits decide and not these.
                    emulator.Threads = TeeRun.SlotsMax;
                    emulator.Started = started => world = started;
                    Register(emulator, settings.AppDir);
                });
                if (faults is not null) mink.UseFaults(faults, settings.Seed, line => Output.Error(line));
            },
            TraceFile = settings.Trace?.FullName,
            CoversAllPaths = settings.CoversAllPaths,
            Timeout = settings.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            OnFault = fault => Output.Error($"a call failed in the host: {fault.Message}"),
            // A dead listener is found out by the next request only, and there will be none.
            ClientsGone = () => world?.DropListeners(),
        };
    }

    private static FaultPlan LoadFaults(string source)
    {
        if (!File.Exists(source) && source.EndsWith(".json", StringComparison.Ordinal)) throw new FileNotFoundException($"there is no file {source}");
        var plan = FaultPlan.Load(source);
        var others = plan.Rules.Select(rule => rule.Point).Except(LiveFaults.Points).Distinct().ToList();
        if (others.Count > 0) Output.Error($"these points are never passed in a live run, and their rules left out: {string.Join(", ", others)}");
        return plan;
    }

    /// <summary>Images whose name no application implements answer NOT_SUPPORTED, as the secure world's configuration says.</summary>
    private static void Register(EmulatorOptions emulator, DirectoryInfo? directory)
    {
        foreach (var file in directory?.EnumerateFiles("*.mbn") ?? [])
        {
            if (ApplicationImage.Identify(File.ReadAllBytes(file.FullName), out var name, out var uuid) != Protocol.ResultCode.Ok) Output.Error($"{file.Name} is no application image");
            else emulator.Announce(name, uuid);
        }
    }

    private sealed record RunSettings(DirectoryInfo? AppDir, FileInfo? Trace, ulong Seed, bool CoversAllPaths, int? Timeout, bool IsProfiled);
}
