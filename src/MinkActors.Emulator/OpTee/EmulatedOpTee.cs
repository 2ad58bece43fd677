using Microsoft.Extensions.Logging;

namespace MinkActors.Emulator.OpTee;

/// <summary>An emulated OP-TEE: the other side of OP-TEE's secure monitor calls, in this process.</summary>
/// <remarks>It keeps no secret from the process: it is for development and tests. Figures are exact only while nothing runs.</remarks>
public sealed partial class EmulatedOpTee : ISecureWorld
{
    private readonly OpTeeKernel _kernel;

    private EmulatedOpTee(OpTeeKernel kernel) => _kernel = kernel;

    /// <summary>Standard calls that run or are suspended, of all clients.</summary>
    public int ThreadsInUse => _kernel.Partitions.Sum(partition => partition.ThreadsInUse);

    /// <summary>Open sessions of all clients.</summary>
    public int Sessions => _kernel.Partitions.Sum(partition => partition.Sessions);

    /// <summary>Instances of applications, those kept alive included.</summary>
    public int Instances => _kernel.Partitions.Sum(partition => partition.Instances);

    /// <summary>Registered memory objects of all clients.</summary>
    public int SharedObjects => _kernel.Partitions.Sum(partition => partition.Objects.Count);

    /// <summary>RPC buffers kept from call to call.</summary>
    public int CachedRpcBuffers => _kernel.Partitions.Sum(partition => partition.CachedRpcBuffers);

    /// <summary>Client ids of the machines it knows; 0 is the only one without virtualization.</summary>
    public IReadOnlyList<uint> Clients => [.. _kernel.Partitions.Select(partition => partition.Client)];

    /// <summary>Client ids of destroyed machines, in order.</summary>
    public IReadOnlyList<uint> DestroyedClients => _kernel.Destroyed;

    /// <summary>Whether no client has a thread, a session, memory or an application left.</summary>
    public bool IsClean => ThreadsInUse == 0 && Sessions == 0 && Instances == 0 && SharedObjects == 0 && CachedRpcBuffers == 0;

    /// <summary>Makes one that reaches the normal world's shared memory.</summary>
    /// <param name="context">Engine, memory and logger.</param>
    /// <param name="configure">Names the applications and bounds.</param>
    public static EmulatedOpTee Start(SecureWorldContext context, Action<OpTeeEmulatorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Start(context, new SharedPages(context.Memory), options =>
        {
            configure?.Invoke(options);
            options.ProtectedMemory?.Platform.Attach(context.Memory);
        });
    }

    /// <summary>Makes one that reaches memory of several machines, as below a mediator.</summary>
    /// <param name="context">Engine and logger; its memory is not used.</param>
    /// <param name="memory">Where physical addresses lead.</param>
    /// <param name="configure">Names the applications and bounds.</param>
    public static EmulatedOpTee Start(SecureWorldContext context, IPhysicalPages memory, Action<OpTeeEmulatorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = new OpTeeEmulatorOptions();
        configure?.Invoke(options);
        return Start(context, memory, options);
    }

    internal static EmulatedOpTee Start(SecureWorldContext context, IPhysicalPages memory, OpTeeEmulatorOptions options)
    {
        options.Check();
        var kernel = context.Actors.Spawn(new OpTeeKernel(memory, options, reason => Refused(context.Logger, reason)), "optee");
        var world = new EmulatedOpTee(kernel);
        options.Started?.Invoke(world);
        return world;
    }

    /// <summary>Notifies the normal world, as a handler of a secure interrupt does: the value waits until it is fetched. Any thread.</summary>
    /// <param name="value">Up to <see cref="OpTeeEmulatorOptions.NotificationMax"/>; 0 asks for the bottom half.</param>
    /// <exception cref="InvalidOperationException">Asynchronous notifications are not built in.</exception>
    public void Raise(uint value)
    {
        _kernel.CheckNotification(value);
        _kernel.Tell(new RaiseNotification(0, value));
    }

    /// <inheritdoc/>
    public void Enter(SecureEntry entry) => _kernel.Tell(entry);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _kernel.System.Stop(_kernel);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override string ToString() => IsClean
        ? "nothing is alive"
        : $"{ThreadsInUse} threads, {Sessions} sessions, {Instances} instances, {SharedObjects} shared objects, {CachedRpcBuffers} cached RPC buffers";

    [LoggerMessage(Level = LogLevel.Warning, Message = "OP-TEE: {Reason}")]
    private static partial void Refused(ILogger logger, string reason);
}
