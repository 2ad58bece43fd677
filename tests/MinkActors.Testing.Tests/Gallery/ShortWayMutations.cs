namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Planted where the usual way leaves something out: what it leaves out is there after all.</summary>
internal static class ShortWayMutations
{
    private const string Callback = "MinkActors/Invocations/DirectInvocation.Callback.cs";
    private const string Thread = "MinkActors.Emulator/Kernel/SecureThread.Callback.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("releases that come with a plain request are lost", Callback, " || _table.ReleaseCount > 0", ""),
        new("objects that come with a request are lost", Callback, " || call.Counts.InputObjects > 0", ""),
        new("who waits behind a callback is overlooked", Thread, "_waiting.Count > 0 || _hasAnswered", "_hasAnswered"),
        new("an answer behind its callback is overlooked", Thread, "_waiting.Count > 0 || _hasAnswered", "_waiting.Count > 0"),
    ];
}
