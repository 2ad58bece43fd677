using System.CommandLine;
using MinkActors.Cli.Screen;
using Spectre.Console;

namespace MinkActors.Cli.Bench;

/// <summary><c>mink bench</c>: what an invocation costs here, beside what one would use otherwise.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var quick = new Option<bool>("--quick") { Description = "A few seconds, up to 100,000 live objects: for a look, not for a claim." };
        var engine = new Option<string>("--engine") { Description = "What runs the actors: threadpool, or akka where this build has it.", DefaultValueFactory = _ => Engines.ThreadPool };
        engine.AcceptOnlyFromAmong(Engines.ThreadPool, Engines.Akka);
        var command = new Command("bench", "Measures every path through the runtime, the emulator included, in under a minute, beside baselines measured in the same run.") { quick, engine, json };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(engine)!, parsed.GetValue(quick), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string engine, bool isQuick, bool json)
    {
        if (!Engines.Known.Contains(engine))
        {
            Output.Error("this build has no Akka engine; build it with -p:AkkaEngine=true where the packages restore.");
            return ExitCode.Unusable;
        }
        if (json || Console.IsOutputRedirected)
        {
            var report = await BenchRunner.RunAsync(engine, isQuick, static _ => { });
            if (json) Output.Json(report);
            else BenchScreen.Print(report);
            return ExitCode.Ok;
        }
        BenchReport? result = null;
        await AnsiConsole.Status().StartAsync("starting", async status => result = await BenchRunner.RunAsync(engine, isQuick, what => status.Status(what)));
        BenchScreen.Print(result!);
        return ExitCode.Ok;
    }
}
