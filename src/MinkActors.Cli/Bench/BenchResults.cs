namespace MinkActors.Cli.Bench;

/// <summary>What was measured of one path. Times in nanoseconds for one operation.</summary>
/// <param name="Id">For scripts; stays the same between versions.</param>
/// <param name="Name">For people.</param>
/// <param name="IsBaseline">One of the things compared with.</param>
/// <param name="Nanoseconds">Median of the rounds.</param>
/// <param name="Best">The fastest round: what the machine can do when nobody else uses it.</param>
/// <param name="BytesPerOperation">Allocated in the whole process.</param>
/// <param name="P50">Percentiles of single operations, reading the clock included.</param>
/// <param name="P90">The same at 90 %.</param>
/// <param name="P99">The same at 99 %.</param>
/// <param name="P999">The same at 99.9 %.</param>
internal sealed record PathResult(
    string Id, string Name, bool IsBaseline, double Nanoseconds, double Best, double BytesPerOperation, double P50, double P90, double P99, double P999)
{
    /// <summary>Ratio of the fastest rounds to the floor: a virtual call that copies 64 bytes in and out.</summary>
    public double? ToFloor { get; set; }

    /// <summary>By the medians, of the obvious C# actor: a channel loop with one TaskCompletionSource a call; at 64 outstanding, of the same at 64.</summary>
    public double? ToChannelActor { get; set; }

    /// <summary>By the medians, of a bare Akka Ask (its like: at 64 outstanding, with a callback, create and stop); null without the Akka engine.</summary>
    public double? ToAkka { get; set; }

    /// <summary>Of an intercepted invocation: ratio of the fastest rounds to a bare intercepted ioctl that moves the same bytes.</summary>
    public double? ToBareIoctl { get; set; }

    /// <summary>What was promised, in words; null: nothing was.</summary>
    public string? Goal { get; set; }

    /// <summary>Whether this run kept it; null when this build lacks what it is measured against.</summary>
    public bool? IsGoalMet { get; set; }
}

/// <summary>A path that this machine cannot take.</summary>
/// <param name="Id">For scripts.</param>
/// <param name="Name">For people.</param>
/// <param name="Reason">What is missing.</param>
internal sealed record MissingPath(string Id, string Name, string Reason)
{
    /// <summary>What was promised of it all the same; null: nothing was.</summary>
    public string? Goal => Ratios.GoalOf(Id);
}

/// <summary>How a system with that many live callback objects behaves.</summary>
/// <param name="Objects">Live callback objects, each kept by the secure world.</param>
/// <param name="BytesPerObject">Of the managed heap, both halves and both tables.</param>
/// <param name="FullCollectionMilliseconds">One blocking collection of everything.</param>
/// <param name="NullNanoseconds">A null invocation meanwhile.</param>
/// <param name="CallbackNanoseconds">An invocation with one callback meanwhile.</param>
/// <param name="LifeNanoseconds">An object made, exported and released meanwhile.</param>
internal sealed record ScaleResult(
    int Objects, double BytesPerObject, double FullCollectionMilliseconds, double NullNanoseconds, double CallbackNanoseconds, double LifeNanoseconds)
{
    /// <summary>The collection beside one of as many bare Akka actors; null where none were made.</summary>
    public double? CollectionToAkka { get; init; }
}

/// <summary>What as many bare Akka actors cost that do nothing.</summary>
/// <param name="Objects">Live actors, children of the user guardian.</param>
/// <param name="BytesPerObject">Of the managed heap.</param>
/// <param name="FullCollectionMilliseconds">One blocking collection of everything.</param>
internal sealed record AkkaCrowd(int Objects, double BytesPerObject, double FullCollectionMilliseconds);

/// <summary>Throughput with independent objects, each called by a thread of its own.</summary>
/// <param name="Threads">That many.</param>
/// <param name="InvocationsPerSecond">Of all of them.</param>
/// <param name="ToOneThread">Against one thread.</param>
/// <param name="PlainToOneThread">The same of plain calls: more than this the machine does not give.</param>
internal sealed record CoresResult(int Threads, double InvocationsPerSecond, double ToOneThread, double PlainToOneThread);

/// <summary>A whole run: what <c>mink bench --json</c> prints and the tables show.</summary>
internal sealed record BenchReport(
    string Engine, bool HasAkka, bool IsQuick, int Processors, string Runtime,
    IReadOnlyList<PathResult> Paths, IReadOnlyList<MissingPath> NotMeasured, IReadOnlyList<ScaleResult> Scale, IReadOnlyList<CoresResult> Cores, double SimulatedStepsPerSecond)
{
    /// <summary>What <see cref="ScaleResult.CollectionToAkka"/> compares with; null without the Akka engine.</summary>
    public AkkaCrowd? AkkaCrowd { get; init; }
}
