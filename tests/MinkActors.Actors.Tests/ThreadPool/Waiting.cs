namespace MinkActors.Actors.Tests.ThreadPool;

/// <summary>Code that waits for a turn to bring its answer.</summary>
internal sealed class Waiting(Action goOn) : IThreadPoolWorkItem
{
    public void Execute() => goOn();
}
