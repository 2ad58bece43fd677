namespace MinkActors.Emulator.OpTee;

/// <summary>One session: a client's way to an instance of an application.</summary>
/// <param name="id">Unique among the client's sessions, never 0.</param>
/// <param name="client">Who opened it.</param>
/// <param name="instance">Where its calls go.</param>
internal sealed class Session(uint id, OpTeeClient client, ApplicationInstance instance)
{
    public uint Id => id;
    public OpTeeClient Client => client;
    public ApplicationInstance Instance => instance;

    /// <summary>The application's own note; touched in the instance's turns only.</summary>
    public object? State { get; set; }

    /// <summary>Calls that run or wait in the instance, for CANCEL.</summary>
    public List<ApplicationCall> Running { get; } = [];
}
