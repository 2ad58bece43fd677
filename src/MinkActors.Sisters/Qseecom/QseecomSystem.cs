using System.Text;
using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom.Uefi;

namespace MinkActors.Sisters.Qseecom;

/// <summary>The normal world's side of QSEECOM: applications by name, their calls, and the listeners that help them (spec/08).</summary>
/// <remarks>Any thread. Start one with <see cref="StartAsync"/>, stop it by disposing.</remarks>
public sealed partial class QseecomSystem : IAsyncDisposable
{
    private readonly QseecomDriver _driver;
    private readonly QseecomOptions _options;
    private readonly ISecureWorld _world;
    private readonly List<QseecomClient> _clients = [];

    private QseecomSystem(QseecomOptions options)
    {
        _options = options;
        var actors = options.TakeActors();
        var memory = options.DecorateMemory(new PhysicalMemory(options.MemoryBudget));
        _driver = new QseecomDriver(options, new SecureWorldContext(actors, memory, options.LoggerFactory.CreateLogger("MinkActors.Qseecom")));
        _world = _driver.Domain.Link.World = options.MakeWorld(_driver.Domain.Context, context =>
        {
            // Only wait context 0 exists (spec/08 section 4).
            if (context == 0) _driver.Gate.Tell(new QseecomGate.Woken());
        });
        Variables = new EfiVariableService(actors);
    }

    /// <summary>Whether QSEECOM may be used here, and if not, why.</summary>
    public QseecomAvailability Availability { get; private set; }

    /// <summary>The version of QSEE; 0.0.0 when there is none.</summary>
    public FeatureVersion Version => _driver.Version;

    /// <summary>The engine that runs the system's actors.</summary>
    public ActorSystem Actors => _driver.Domain.Actors;

    /// <summary>Clients made at start, one for each known application that is there.</summary>
    public IReadOnlyList<QseecomClient> Clients => _clients;

    /// <summary>The UEFI variables; without a client every operation answers not ready.</summary>
    public EfiVariableService Variables { get; }

    /// <summary>The policy lets this machine's variables be read only.</summary>
    public bool IsUefiReadOnly => _options.Policy.IsUefiReadOnly(_options.Machine);

    /// <summary>Ids of the registered listeners. Exact only when nothing runs.</summary>
    public IReadOnlyList<uint> Listeners => _driver.Gate.ListenerIds;

    internal QseecomDriver Driver => _driver;

    internal ISecureWorld World => _world;

    /// <summary>Starts a system: asks for the version, asks the policy, looks for the known applications and announces their clients (section 7).</summary>
    /// <returns>A system also where QSEECOM is not there or not allowed: see <see cref="Availability"/>.</returns>
    /// <exception cref="InvalidOperationException">No secure world was chosen.</exception>
    public static async ValueTask<QseecomSystem> StartAsync(Action<QseecomOptions> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        cancellationToken.ThrowIfCancellationRequested();
        var options = new QseecomOptions();
        configure(options);
        options.Check();
        if (!options.HasWorld) throw new InvalidOperationException("No secure world was chosen: call UseEmulatedQsee or UseSecureWorld.");
        var system = new QseecomSystem(options);
        try
        {
            await system.BeginAsync(new CallOptions { CancellationToken = cancellationToken });
            return system;
        }
        catch
        {
            // Clients already made are closed before what they stand on goes (spec/11 D-135).
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds a loaded application.</summary>
    /// <param name="name">Less than 64 bytes of UTF-8.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <exception cref="QseecomException">ENOENT when it is not loaded; EINVAL for a name that is too long.</exception>
    public Task<QseecomApp> FindAppAsync(string name, CallOptions options = default)
    {
        RequireAvailable();
        return FindAsync(name, options);
    }

    /// <summary>Hands an image to QSEE's loader.</summary>
    /// <param name="name">What the application is to be found by afterwards.</param>
    /// <param name="image">Copied.</param>
    /// <param name="mdtLength">Bytes of it that are the metadata.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <exception cref="QseecomException">EFAULT, whatever QSEE answered (Q6).</exception>
    public async Task<QseecomApp> StartAppAsync(string name, ReadOnlyMemory<byte> image, int mdtLength = 0, CallOptions options = default)
    {
        RequireAvailable();
        var outcome = await _driver.CallAsync(new QseecomRequest(QseecomCall.AppStart, (input, _) => [(ulong)mdtLength, (ulong)image.Length, input]) { Input = image }, options);
        var record = outcome.Record;
        if (outcome.Errno == QseecomErrno.Ok && record is { Result: QseecomResult.Success, Type: QseecomResponseType.AppId }) return new QseecomApp(this, _driver, name, (uint)record.Data, 0);
        // It failed after it had begun: what it made is taken away again.
        if (outcome.Errno != QseecomErrno.Ok && record is { Result: QseecomResult.Success, Type: QseecomResponseType.AppId }) await ShutdownAsync((uint)record.Data, CallOptions.None);
        throw new QseecomException(QseecomErrno.EFAULT, $"QSEE did not start {name}: {outcome.Errno}, {record}", false);
    }

    /// <summary>Takes an application away. Calls to it that come later end ENODEV, or reach it again when it was started anew.</summary>
    /// <exception cref="QseecomException">EFAULT, whatever QSEE answered (Q6).</exception>
    public async Task ShutdownAppAsync(QseecomApp app, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        RequireAvailable();
        var outcome = await ShutdownAsync(app.Id, options);
        if (outcome.Errno != QseecomErrno.Ok || outcome.Record.Result != QseecomResult.Success) throw new QseecomException(QseecomErrno.EFAULT, $"QSEE did not shut down {app.Name}: {outcome.Errno}, {outcome.Record}", false);
    }

    /// <summary>Registers a listener.</summary>
    /// <param name="id">Not 0.</param>
    /// <param name="bufferSize">Bytes of the buffer that QSEE shares with it.</param>
    /// <param name="listener">Serves the requests.</param>
    /// <param name="options">How long to wait for a listener of that id that is being unregistered; ERESTARTSYS when cancelled.</param>
    /// <returns>Dispose it to unregister.</returns>
    /// <exception cref="QseecomException">EINVAL id 0 or a refused SMC; EBUSY the id is registered; ENOMEM; EPERM QSEE refused; EOPNOTSUPP in basic mode.</exception>
    public async Task<ListenerRegistration> RegisterListenerAsync(uint id, int bufferSize, IQseecomListener listener, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferSize, 1);
        RequireAvailable();
        if (_driver.Mode == QseecomMode.Basic) throw new QseecomException(QseecomErrno.EOPNOTSUPP, "There are no listeners in basic mode", false, InvocationPhase.Preparing);
        if (id == 0) throw new QseecomException(QseecomErrno.EINVAL, "0 is no listener's id", false, InvocationPhase.Preparing);
        return await new ListenerSetup(_driver).RegisterAsync(id, bufferSize, listener, options);
    }

    /// <summary>Memory that a listener may pass along. The caller's to dispose.</summary>
    /// <exception cref="QseecomException">ENOMEM.</exception>
    public QseecomMemory ShareMemory(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var memory = _driver.Domain.Context.Memory;
        return new QseecomMemory(memory, memory.Allocate(size) ?? throw new QseecomException(QseecomErrno.ENOMEM, $"No shared memory for {size} bytes", true, InvocationPhase.Preparing), size);
    }

    private async Task<QseecomApp> FindAsync(string name, CallOptions options)
    {
        var epoch = _driver.Gate.Epoch;
        return new QseecomApp(this, _driver, name, await _driver.LookUpAsync(Encoding.UTF8.GetBytes(name), options), epoch);
    }

    private Task<QseecomOutcome> ShutdownAsync(uint id, CallOptions options) =>
        _driver.CallAsync(new QseecomRequest(QseecomCall.AppShutdown, (_, _) => [id]) { App = id }, options);

    private void RequireAvailable()
    {
        if (_driver.Domain.Link.RefusesCalls) throw QseecomException.Defunct("QSEECOM has stopped");
        if (Availability != QseecomAvailability.Available) throw QseecomException.Defunct($"QSEECOM is not to be had here: {Availability}");
    }
}

/// <summary>Whether QSEECOM may be used.</summary>
public enum QseecomAvailability
{
    /// <summary>It may.</summary>
    Available,
    /// <summary>The firmware did not answer the version query, or knows neither register convention.</summary>
    NoFirmware,
    /// <summary>The policy does not allow this machine.</summary>
    NotAllowed,
}
