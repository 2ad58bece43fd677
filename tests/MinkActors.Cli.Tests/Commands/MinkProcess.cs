using MinkActors.Cli.Commands;
using Spectre.Console;

namespace MinkActors.Cli.Tests.Commands;

/// <summary>The mink command without the process: the console is this one's while a command runs.</summary>
internal static class MinkProcess
{
    /// <summary>Classes in it run one after the other: there is one console.</summary>
    public const string Console = "console";

    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        var (output, error) = (System.Console.Out, System.Console.Error);
        var ansi = AnsiConsole.Console;
        var (written, complained) = (new StringWriter(), new StringWriter());
        System.Console.SetOut(written);
        System.Console.SetError(complained);
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(written) });
        try
        {
            var code = await CommandLine.RunAsync(arguments);
            return new Outcome(code, written.ToString(), complained.ToString());
        }
        finally
        {
            System.Console.SetOut(output);
            System.Console.SetError(error);
            AnsiConsole.Console = ansi;
        }
    }
}

/// <summary>What a command left behind.</summary>
internal sealed record Outcome(int Code, string Output, string Error);
