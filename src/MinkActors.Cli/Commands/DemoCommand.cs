using System.CommandLine;
using MinkActors.Cli.Demo;
using MinkActors.Cli.Screen;
using MinkActors.Emulator;
using Serilog.Events;
using Spectre.Console;

namespace MinkActors.Cli.Commands;

/// <summary>A tour: capabilities move between two worlds, and nothing stays behind.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var app = new Option<FileInfo?>("--app") { Description = "An application image to load (ELF with metadata), instead of the built-in one." };
        var json = CommonOptions.Json();
        var logLevel = CommonOptions.LogLevel();
        var command = new Command("demo", """
            Boots an emulated secure world, registers with credentials, loads an application, adds two numbers, is called back
            on an object of ours, shares memory, and lets everything go. Shows each hop as it happens:

              N → S   a call enters the secure world        S → N   the secure world calls an object of ours
              N ← S   its answer                            S ← N   our answer
              id      a callback id is given or released    ref     a secure object arrives or is given back

            Exit 0 only if nothing is left alive on either side.
            """) { app, json, logLevel };
        command.SetAction((parsed, cancellationToken) => Run(parsed.GetValue(app), parsed.GetValue(json), parsed.GetValue(logLevel), cancellationToken));
        return command;
    }

    private static async Task<int> Run(FileInfo? app, bool json, LogEventLevel level, CancellationToken cancellationToken)
    {
        if (app is { Exists: false })
        {
            Output.Error($"there is no file {app}");
            return ExitCode.Unusable;
        }
        var image = app is null ? null : await File.ReadAllBytesAsync(app.FullName, cancellationToken);
        using var logging = CommonOptions.Logging(level);
        var log = new HopLog(TimeProvider.System, print: !json);
        EmulatedSecureWorld? world = null;
        await using var mink = await MinkSystem.StartAsync(o =>
        {
            o.Observer = log;
            o.LoggerFactory = logging;
            o.UseEmulator(e => e.Started = started => world = started);
        }, cancellationToken);
        string? failure = null;
        try
        {
            await new DemoTour(mink, log).RunAsync(image, cancellationToken);
        }
        catch (Exception e) when (e is MinkException or InvalidOperationException)
        {
            failure = e.Message;
        }
        await mink.DrainReleasesAsync();
        var left = mink.GetLiveReferences();
        var clean = left.IsClean && world!.IsClean;
        if (json) PrintJson(log, left, world!, failure);
        else PrintTables(log, left, world!);
        if (failure is not null) Output.Error(failure);
        return failure is null && clean ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void PrintTables(HopLog log, LeakReport left, EmulatedSecureWorld world)
    {
        AnsiConsole.WriteLine();
        var table = Output.Table("", "made", "released", "still alive");
        table.AddRow("secure objects we hold", $"{log.SecureArrived}", $"{log.SecureReleased}", Alive(log.SecureArrived - log.SecureReleased));
        table.AddRow("objects of ours the secure world holds", $"{log.IdsGiven}", $"{log.IdsReleased}", Alive(log.IdsGiven - log.IdsReleased));
        table.AddRow("references in our code", "", "", Alive(left.References.Count));
        table.AddRow("objects inside the secure world", "", "", Alive(world.LiveObjects));
        AnsiConsole.Write(table);
        Output.Plain(left.IsClean && world.IsClean ? "Nothing is left alive on either side." : $"Left alive: {left}; {world}");
    }

    private static string Alive(int count) => count == 0 ? "[green]0[/]" : $"[red]{count}[/]";

    private static void PrintJson(HopLog log, LeakReport left, EmulatedSecureWorld world, string? failure) => Output.Json(new
    {
        hops = log.Hops,
        secureObjects = new { made = log.SecureArrived, released = log.SecureReleased },
        callbackIds = new { made = log.IdsGiven, released = log.IdsReleased },
        alive = new { left.References, left.HeldBySecureWorld, left.PendingReleases, left.InvocationsUnderWay, insideSecureWorld = world.LiveObjects },
        clean = left.IsClean && world.IsClean,
        failure,
    });
}
