namespace MinkActors.Actors.Tests.ThreadPool;

/// <summary>Only so that a hang ends with a word; no test depends on it.</summary>
internal static class Hang
{
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(60);
}
