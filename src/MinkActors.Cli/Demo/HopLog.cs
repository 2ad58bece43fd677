using MinkActors.Actors;
using MinkActors.Protocol;
using Spectre.Console;

namespace MinkActors.Cli.Demo;

/// <summary>One hop of the demonstration, as it is printed and as it stands in the JSON.</summary>
internal sealed record Hop(double Milliseconds, string Direction, string Object, string Operation, string Result, int Bytes);

/// <summary>Prints each hop as it happens, and counts what was made and what was released.</summary>
internal sealed class HopLog(TimeProvider time, bool print) : IMinkObserver
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private readonly List<Hop> _hops = [];
    private int _depth;

    public int SecureArrived { get; private set; }
    public int SecureReleased { get; private set; }
    public int IdsGiven { get; private set; }
    public int IdsReleased { get; private set; }

    public IReadOnlyList<Hop> Hops
    {
        get
        {
            lock (_lock) return [.. _hops];
        }
    }

    /// <summary>Prints what the next hops are about.</summary>
    public void Say(string what)
    {
        if (print) AnsiConsole.MarkupLineInterpolated($"[bold]{what}[/]");
    }

    void IMinkObserver.Invoked(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes)
    {
        Add("N → S", target, operation, "", bytes);
        lock (_lock) _depth++;
    }

    void IMinkObserver.Completed(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes)
    {
        lock (_lock) _depth--;
        Add("N ← S", target, operation, result.Describe(), bytes);
    }

    void IMinkObserver.CallbackRequested(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes)
    {
        Add("S → N", target, operation, "", bytes);
        lock (_lock) _depth++;
    }

    void IMinkObserver.CallbackAnswered(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes)
    {
        lock (_lock) _depth--;
        Add("S ← N", target, operation, result.Describe(), bytes);
    }

    void IMinkObserver.Exported(ActorRef target, ObjectId id)
    {
        IdsGiven++;
        Add("  id", target, default, $"given to S as {id}", 0);
    }

    void IMinkObserver.Unexported(ActorRef target, ObjectId id)
    {
        IdsReleased++;
        Add("  id", target, default, $"{id} released by S", 0);
    }

    void IMinkObserver.Imported(ActorRef target, ObjectId id)
    {
        SecureArrived++;
        Add("  ref", target, default, "received from S", 0);
    }

    void IMinkObserver.Released(ActorRef target, ObjectId id, MinkTransportException? failure)
    {
        SecureReleased++;
        Add("  ref", target, default, failure is null ? "given back to S" : failure.Message, 0);
    }

    void IMinkObserver.Refused(string what, Operation operation) => Say($"refused: {what}");

    private void Add(string direction, ActorRef target, Operation operation, string result, int bytes)
    {
        lock (_lock)
        {
            var name = operation.IsRelease ? "RELEASE" : operation.IsRetain ? "RETAIN" : $"method {operation.Method}";
            var isHop = direction[0] is 'N' or 'S';
            var hop = new Hop(time.GetElapsedTime(_start).TotalMilliseconds, direction.Trim(), target.Name, isHop ? name : "", result, bytes);
            _hops.Add(hop);
            if (!print) return;
            var indent = new string(' ', 2 + 2 * Math.Max(0, _depth));
            AnsiConsole.MarkupLineInterpolated($"[grey]{hop.Milliseconds,9:F3} ms[/]{indent}{direction} [blue]{hop.Object}[/] {hop.Operation} [green]{hop.Result}[/]{(bytes > 0 ? $" {bytes} B" : "")}");
        }
    }
}
