using System.Globalization;
using MinkActors.Cli.Screen;
using Spectre.Console;

namespace MinkActors.Cli.Bench;

/// <summary>A report as tables and bars.</summary>
internal static class BenchScreen
{
    private const int BarWidth = 20;

    public static void Print(BenchReport report)
    {
        Output.Widen();
        PrintPaths(report);
        PrintScale(report);
        PrintCores(report);
        Output.Plain($"simulation: {report.SimulatedStepsPerSecond.ToString("N0", CultureInfo.InvariantCulture)} steps a second");
        Output.Plain(report.HasAkka
            ? "x Akka: of a bare Akka Ask in this run; at 64 outstanding, with a callback, or create and stop, of its like."
            : "x Akka is empty: this build has no Akka engine (-p:AkkaEngine=true). x channel: of the actor one would write without a library.");
    }

    private static void PrintPaths(BenchReport report)
    {
        var times = Output.Table("path", "ns", "best", "B/op", "p50", "p99", "p99.9", "time, log scale");
        var ratios = Output.Table("path", "x floor", "x channel", "x Akka", "x ioctl", "goal");
        foreach (var column in times.Columns.Skip(1).Take(6).Concat(ratios.Columns.Skip(1).Take(4))) column.RightAligned();
        times.Columns[0].NoWrap();
        ratios.Columns[0].NoWrap();
        var most = report.Paths.Max(path => path.Nanoseconds);
        foreach (var path in report.Paths)
        {
            var name = path.IsBaseline ? $"[grey]{Markup.Escape(path.Name)}[/]" : Markup.Escape(path.Name);
            times.AddRow(name, Time(path.Nanoseconds), Time(path.Best), Number(path.BytesPerOperation), Time(path.P50), Time(path.P99), Time(path.P999),
                Bar(Math.Log2(1 + path.Nanoseconds) / Math.Log2(1 + most)));
            ratios.AddRow(name, Ratio(path.ToFloor), Ratio(path.ToChannelActor), Ratio(path.ToAkka), Ratio(path.ToBareIoctl), Goal(path));
        }
        foreach (var path in report.NotMeasured)
        {
            times.AddRow(Markup.Escape(path.Name), "", "", "", "", "", "", Markup.Escape($"not measured: {path.Reason}"));
            ratios.AddRow(Markup.Escape(path.Name), "", "", "", "", Markup.Escape(path.Goal is { } goal ? $"not measured: {goal}" : "not measured"));
        }
        AnsiConsole.Write(times);
        AnsiConsole.Write(ratios);
    }

    private static void PrintScale(BenchReport report)
    {
        var table = Output.Table("live objects", "B each", "full collection ms", "x Akka", "null ns", "callback ns", "life ns", "callback against the fewest");
        foreach (var column in table.Columns.Take(7)) column.RightAligned();
        foreach (var scale in report.Scale)
        {
            var factor = scale.CallbackNanoseconds / report.Scale[0].CallbackNanoseconds;
            table.AddRow(scale.Objects.ToString("N0", CultureInfo.InvariantCulture), Number(scale.BytesPerObject), Number(scale.FullCollectionMilliseconds),
                Ratio(scale.CollectionToAkka), Time(scale.NullNanoseconds), Time(scale.CallbackNanoseconds), Time(scale.LifeNanoseconds), $"{Bar(factor / 4)} {Ratio(factor)}");
        }
        if (report.AkkaCrowd is { } crowd)
            table.AddRow($"[grey]Akka actors {crowd.Objects.ToString("N0", CultureInfo.InvariantCulture)}[/]", Number(crowd.BytesPerObject), Number(crowd.FullCollectionMilliseconds), "", "", "", "", "");
        AnsiConsole.Write(table);
    }

    private static void PrintCores(BenchReport report)
    {
        var table = Output.Table("threads", "null invocations a second", "against one", "plain calls");
        foreach (var cores in report.Cores)
        {
            table.AddRow(cores.Threads.ToString(CultureInfo.InvariantCulture), cores.InvocationsPerSecond.ToString("N0", CultureInfo.InvariantCulture),
                $"{Bar(cores.ToOneThread / report.Processors)} {Ratio(cores.ToOneThread)}", Ratio(cores.PlainToOneThread));
        }
        AnsiConsole.Write(table);
    }

    private static string Goal(PathResult path) => path.IsGoalMet switch
    {
        true => $"[green]kept: {Markup.Escape(path.Goal!)}[/]",
        false => $"[red]missed: {Markup.Escape(path.Goal!)}[/]",
        _ => Markup.Escape(path.Goal ?? ""),
    };

    private static string Bar(double share) => Output.Bar(share, BarWidth);

    private static string Time(double nanoseconds) => nanoseconds.ToString(nanoseconds < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Ratio(double? value) => value is { } ratio ? ratio.ToString(ratio < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) : "";
}
