namespace MinkActors.Sisters.Qseecom;

/// <summary>A service of the normal world that QSEE may call in the middle of an application's call (spec/08 section 8).</summary>
public interface IQseecomListener
{
    /// <summary>Serves one request. Requests come one at a time and the code runs in turns of the listener's own actor, also behind an
    /// <c>await</c>. When it throws, QSEE is answered FAILURE.</summary>
    /// <param name="request">The shared buffer; usable until the returned task has ended or <paramref name="cancellationToken"/> fires.</param>
    /// <param name="cancellationToken">Fires when the caller is gone, the listener is unregistered, or it took too long.</param>
    ValueTask HandleAsync(ListenerRequest request, CancellationToken cancellationToken);
}
