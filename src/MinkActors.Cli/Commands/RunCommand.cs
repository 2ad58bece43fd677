using System.CommandLine;
using MinkActors.Cli.Screen;
using MinkActors.Emulator;
using MinkActors.Linux;
using MinkActors.Linux.Interception;
using Serilog.Events;

namespace MinkActors.Cli.Commands;

/// <summary>Runs a program so that its TEE device is served by the emulated secure world.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var appDir = new Option<DirectoryInfo?>("--app-dir") { Description = "Images in this directory (*.mbn) are known to the secure world by the name in their metadata." };
        var trace = new Option<FileInfo?>("--trace") { Description = "Writes each call as a JSON line; read it with: mink trace show FILE" };
        var timeout = new Option<int?>("--timeout") { Description = "Seconds after which the program is killed; exit 124 then." };
        var command = new Argument<string[]>("command") { Description = "The program and its arguments, after --.", Arity = ArgumentArity.OneOrMore };
        var logLevel = CommonOptions.LogLevel();
        var run = new Command("run", """
            Starts a program, unchanged, so that its open of /dev/tee0 and its TEE calls are served by an emulated secure world
            in this process. Needs no root and no kernel module; see mink doctor. The exit code is the program's.

            Example:  mink run --trace calls.jsonl -- ./unittest -d
            """) { appDir, trace, timeout, logLevel, command };
        run.SetAction((parsed, _) => Run(
            parsed.GetValue(appDir), parsed.GetValue(trace), parsed.GetValue(timeout), parsed.GetValue(logLevel), parsed.GetRequiredValue(command)));
        return run;
    }

    private static async Task<int> Run(DirectoryInfo? appDir, FileInfo? trace, int? timeout, LogEventLevel level, string[] command)
    {
        if (appDir is { Exists: false })
        {
            Output.Error($"there is no directory {appDir}");
            return ExitCode.Unusable;
        }
        using var logging = CommonOptions.Logging(level);
        try
        {
            var result = await TeeRun.RunAsync(new TeeRunOptions
            {
                Configure = mink =>
                {
                    mink.LoggerFactory = logging;
                    mink.UseEmulator(emulator => Register(emulator, appDir));
                },
                TraceFile = trace?.FullName,
                Timeout = timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                OnFault = fault => Output.Error($"a call failed in the host: {fault.Message}"),
            }, command);
            return result.ExitCode;
        }
        catch (InterceptionException failure)
        {
            Output.Error($"{failure.Message} (mink doctor tells what this machine lacks)");
            return ExitCode.Unusable;
        }
    }

    /// <summary>Images whose name no application implements answer NOT_SUPPORTED, as the secure world's configuration says.</summary>
    private static void Register(EmulatorOptions emulator, DirectoryInfo? directory)
    {
        foreach (var file in directory?.EnumerateFiles("*.mbn") ?? [])
        {
            if (ApplicationImage.Identify(File.ReadAllBytes(file.FullName), out var name) != Protocol.ResultCode.Ok) Output.Error($"{file.Name} is no application image");
            else emulator.Announce(name);
        }
    }
}
