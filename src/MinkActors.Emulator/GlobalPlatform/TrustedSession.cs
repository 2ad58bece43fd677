namespace MinkActors.Emulator;

/// <summary>A client's session with a GlobalPlatform application: derive, answer commands (spec/04 section 8).</summary>
/// <remarks>One command at a time; further ones wait. Made in <see cref="TrustedApplication.OpenSessionAsync"/>.</remarks>
public abstract class TrustedSession
{
    /// <summary>Serves a command.</summary>
    /// <param name="command">Valid until the returned task ends; outputs are set in its parameters.</param>
    /// <returns>What the client reads with origin TRUSTED_APP. A failure drops the outputs; <see cref="SessionResult.ShortBuffer"/> keeps the sizes.</returns>
    protected internal abstract ValueTask<SessionResult> InvokeAsync(SessionCommand command);

    /// <summary>The client has closed the session or is gone: once, and nothing comes after it. Not told when the application ends first.</summary>
    protected internal virtual void Closed() { }
}

/// <summary>A client's request for a session.</summary>
public sealed class SessionOpening
{
    internal SessionOpening(ClientIdentity client, uint connectionMethod, uint connectionData, IReadOnlyList<SessionParameter> parameters) =>
        (Client, ConnectionMethod, ConnectionData, Parameters) = (client, connectionMethod, connectionData, parameters);

    /// <summary>Who asks.</summary>
    public ClientIdentity Client { get; }

    /// <summary>0 public, 1 user, 2 group, 4 application, 5 user and application, 6 group and application. The client's word.</summary>
    public uint ConnectionMethod { get; }

    /// <summary>Such as the group's number; 0 where the method needs none.</summary>
    public uint ConnectionData { get; }

    /// <summary>Always four.</summary>
    public IReadOnlyList<SessionParameter> Parameters { get; }
}

/// <summary>One command within a session.</summary>
public sealed class SessionCommand
{
    private readonly Func<ValueTask<bool>> _cancellation;

    internal SessionCommand(uint id, IReadOnlyList<SessionParameter> parameters, Func<ValueTask<bool>> cancellation) => (Id, Parameters, _cancellation) = (id, parameters, cancellation);

    /// <summary>The application's own number for it.</summary>
    public uint Id { get; }

    /// <summary>Always four.</summary>
    public IReadOnlyList<SessionParameter> Parameters { get; }

    /// <summary>Waits until the client cancels the command. It occupies a thread of the client's that serves callbacks.</summary>
    /// <returns>False when the wait ended otherwise: the client cannot wait, or is gone.</returns>
    public ValueTask<bool> WaitForCancellationAsync() => _cancellation();
}
