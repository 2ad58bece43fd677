namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>How long these tests wait for threads that may never come back: only so that a hang ends with a word, no test depends on it.</summary>
internal static class Hang
{
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(60);
}
