using System.Globalization;
using MinkActors.Actors;
using Spectre.Console;

namespace MinkActors.Cli.Screen;

/// <summary>Figures per actor name, the dearest first, and below them the same as bars: kinds of actor, and the actors of each kind.</summary>
internal static class ProfileScreen
{
    private const int Width = 60;
    private const int RowsMax = 30;

    /// <param name="figures">As an engine's metrics give them.</param>
    /// <param name="isSimulated">Time stands still in a turn there: what costs is messages.</param>
    public static void Print(IReadOnlyList<ActorFiguresSnapshot> figures, bool isSimulated)
    {
        Output.Widen();
        var dearest = figures.OrderByDescending(one => Cost(one, isSimulated)).ThenBy(one => one.Name, StringComparer.Ordinal).ToList();
        var total = Math.Max(dearest.Sum(one => Cost(one, isSimulated)), double.Epsilon);
        var table = Output.Table("actor", "messages", "in receive", "each", "in mailbox", "each", "queued at most", "share");
        foreach (var column in table.Columns.Skip(1)) column.RightAligned();
        foreach (var one in dearest.Take(RowsMax))
        {
            table.AddRow(
                Markup.Escape(one.Name), one.Messages.ToString("N0", CultureInfo.InvariantCulture), Time(one.TimeInReceive), Each(one.TimeInReceive, one.Messages),
                Time(one.TimeInMailbox), Each(one.TimeInMailbox, one.Messages), one.QueuedMax.ToString("N0", CultureInfo.InvariantCulture),
                (Cost(one, isSimulated) / total).ToString("P1", CultureInfo.InvariantCulture));
        }
        AnsiConsole.Write(table);
        if (dearest.Count > RowsMax) Output.Plain($"and {dearest.Count - RowsMax} more names that cost less");
        PrintFlame(dearest, total, isSimulated);
    }

    /// <summary>The whole is as wide as the screen allows; what stands below something is a part of it.</summary>
    private static void PrintFlame(IReadOnlyList<ActorFiguresSnapshot> figures, double total, bool isSimulated)
    {
        Output.Plain(isSimulated ? "messages, by kind of actor" : "time in receive, by kind of actor");
        var kinds = figures.GroupBy(one => Kind(one.Name)).Select(group => (Name: group.Key, Cost: group.Sum(one => Cost(one, isSimulated)), Actors: group.ToList()));
        foreach (var kind in kinds.Where(kind => kind.Cost > 0).OrderByDescending(kind => kind.Cost).ThenBy(kind => kind.Name, StringComparer.Ordinal))
        {
            Bar(0, kind.Name, kind.Cost / total);
            if (kind.Actors.Count == 1) continue;
            foreach (var one in kind.Actors.Where(one => Cost(one, isSimulated) / total >= 0.005)) Bar(2, one.Name, Cost(one, isSimulated) / total);
        }
    }

    private static void Bar(int indent, string name, double share) =>
        Output.Plain(string.Create(CultureInfo.InvariantCulture, $"{new string(' ', indent)}{Output.Bar(share, Width)} {share:P1} {name}"));

    private static double Cost(in ActorFiguresSnapshot one, bool isSimulated) => isSimulated ? one.Messages : one.TimeInReceive.TotalNanoseconds;

    /// <summary>"callback Counter" and "callback Bell" are callbacks; an invocation of this and of that are invocations.</summary>
    private static string Kind(string name) => name.Split(' ', 2)[0];

    private static string Each(TimeSpan sum, long messages) => messages == 0 ? "" : Time(sum / messages);

    private static string Time(TimeSpan time) => time.TotalNanoseconds switch
    {
        0 => "0",
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalNanoseconds:N0} ns"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:N0} us"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:N0} s"),
    };
}
