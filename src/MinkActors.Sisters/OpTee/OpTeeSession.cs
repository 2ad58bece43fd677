using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>An open session with a trusted application. Any thread; calls of one session may be under way at once.</summary>
public sealed class OpTeeSession : IAsyncDisposable
{
    private readonly OpTeeDomain _domain;
    private int _isOver;

    internal OpTeeSession(OpTeeDomain domain, Guid application, uint id, OpTeeReply opened)
    {
        (_domain, Application, Id, Opened) = (domain, application, id, opened);
    }

    /// <summary>The application's UUID.</summary>
    public Guid Application { get; }

    /// <summary>Its number in OP-TEE.</summary>
    public uint Id { get; }

    /// <summary>The outputs of the open.</summary>
    public OpTeeReply Opened { get; }

    /// <summary>Invokes a command and waits for its end.</summary>
    /// <param name="function">The application's command.</param>
    /// <param name="arguments">At most four.</param>
    /// <returns>The application's answer, its result included.</returns>
    /// <exception cref="MinkTransportException">The path failed, or the deadline has passed; then the transaction lives on, and a CANCEL was sent.</exception>
    public Task<OpTeeReply> InvokeAsync(uint function, params OpTeeArgument[] arguments) => InvokeAsync(function, CallOptions.None, arguments);

    /// <inheritdoc cref="InvokeAsync(uint, OpTeeArgument[])"/>
    /// <param name="function">The application's command.</param>
    /// <param name="options">Deadline and cancellation: they end the wait, and ask OP-TEE to cancel.</param>
    /// <param name="arguments">At most four.</param>
    public Task<OpTeeReply> InvokeAsync(uint function, in CallOptions options, params OpTeeArgument[] arguments)
    {
        // Without a monitor call: a session that this side has closed is none (spec 09 section 11).
        ObjectDisposedException.ThrowIf(_isOver != 0, this);
        return _domain.Start(StandardCall.Invoke(_domain, this, function, arguments), options);
    }

    /// <summary>Closes it. A second time does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0) return;
        await _domain.Open.CloseAsync(this);
    }

    internal bool TryEnd() => Interlocked.Exchange(ref _isOver, 1) == 0;
}
