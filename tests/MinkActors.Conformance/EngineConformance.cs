namespace MinkActors.Conformance;

/// <summary>What the actor port promises, whatever the engine. An engine's test project derives from it and says how to set one up.</summary>
public abstract partial class EngineConformance
{
    /// <summary>Runs a test on a fresh engine (or on several, under different seeds), and ends the engine.</summary>
    protected abstract Task OnEngine(Func<Bench, Task> test);
}
