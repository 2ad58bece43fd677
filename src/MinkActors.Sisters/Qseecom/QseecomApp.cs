using System.Text;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>An application of QSEE, found by its name.</summary>
/// <remarks>Any thread. Calls of one application run one at a time, in the order in which they were sent (spec/08 section 9).</remarks>
public sealed class QseecomApp
{
    private const int StaleTriesMax = 3;

    private readonly QseecomDriver _driver;
    private Identity _identity;

    internal QseecomApp(QseecomSystem system, QseecomDriver driver, string name, uint id, ulong epoch)
    {
        System = system;
        _driver = driver;
        Name = name;
        _identity = new Identity(id, epoch);
    }

    /// <summary>The system it was found in.</summary>
    public QseecomSystem System { get; }

    /// <summary>The name by which it was found.</summary>
    public string Name { get; }

    /// <summary>Its number in QSEE, as last looked up.</summary>
    public uint Id => _identity.Id;

    /// <summary>Sends one request and waits for the response.</summary>
    /// <param name="request">Copied before this returns.</param>
    /// <param name="response">The response buffer: as many bytes as the application may write. Written before the task ends, and only when it ends well.</param>
    /// <param name="options">Deadline and cancellation. They end the wait; the transaction lives on until QSEE has ended it, a listener that
    /// works for it is told to stop, and QSEE is answered FAILURE.</param>
    /// <exception cref="QseecomException">See spec/08 sections 4, 6 and 9; ENODEV also when the application is gone.</exception>
    public Task SendAsync(ReadOnlyMemory<byte> request, Memory<byte> response, CallOptions options = default) =>
        SendAsync(QseecomCommand.Send, request, response, [], options);

    /// <inheritdoc cref="SendAsync(ReadOnlyMemory{byte}, Memory{byte}, CallOptions)"/>
    /// <param name="command">An app send, or one of the GlobalPlatform calls: EOPNOTSUPP where the application has none.</param>
    /// <param name="request">Copied before this returns.</param>
    /// <param name="response">As many bytes as the application may write.</param>
    /// <param name="references">Memory that is passed along: at most 4. Its addresses are put into the copy of the request, and QSEE is told
    /// where when it knows scatter tables (spec/08 section 8).</param>
    /// <param name="options">Deadline and cancellation.</param>
    public async Task SendAsync(QseecomCommand command, ReadOnlyMemory<byte> request, Memory<byte> response, IReadOnlyList<QseecomReference> references, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(references);
        var call = new PreparedSend(command, request, references, _driver.UsesTables);
        for (var tries = 1; ; tries++)
        {
            var identity = _identity;
            if (_driver.ConfirmsApps || identity.Epoch != _driver.Gate.Epoch) identity = await ConfirmAsync(options);
            try
            {
                await _driver.RequireAsync(call.For(identity.Id, identity.Epoch, response), options);
                return;
            }
            catch (QseecomException stale) when (stale.Errno == QseecomErrno.ESTALE && tries < StaleTriesMax)
            {
                // Applications came or went between the look-up and the call: look again.
            }
        }
    }

    /// <summary>The number may be another application's by now (spec/11 D-137).</summary>
    private async Task<Identity> ConfirmAsync(CallOptions options)
    {
        var epoch = _driver.Gate.Epoch;
        try
        {
            var id = await _driver.LookUpAsync(Encoding.UTF8.GetBytes(Name), options);
            return _identity = new Identity(id, epoch);
        }
        catch (QseecomException gone) when (gone.Errno == QseecomErrno.ENOENT)
        {
            throw new QseecomException(QseecomErrno.ENODEV, $"The application {Name} is gone", true, InvocationPhase.Preparing, gone);
        }
    }

    private sealed record Identity(uint Id, ulong Epoch);
}
