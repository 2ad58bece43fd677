using System.Runtime.CompilerServices;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The emulated secure world: its monitor, and its accounting for tests and demonstrations.</summary>
/// <remarks>The monitor checks registers and buffers, finds or makes the secure thread, and lets it run (spec/02 sections 6 and 7.4).
/// Figures are exact only while nothing runs.</remarks>
public sealed class EmulatedSecureWorld : IEnteredAtOnce
{
    private readonly SecureDomain _domain;
    private readonly SecureServices? _services;

    internal EmulatedSecureWorld(SecureDomain domain, SecureServices? services = null)
    {
        _domain = domain;
        _services = services;
    }

    internal SecureDomain Domain => _domain;

    internal SecureServices Services => _services ?? throw new InvalidOperationException("This secure world has a kernel and no services.");

    /// <summary>Objects alive, the root not counted.</summary>
    public int LiveObjects => _domain.Objects - 1;

    /// <summary>Secure ids that the normal world holds, with the object and the number of references.</summary>
    public IReadOnlyList<SecureReference> HeldByNormalWorld =>
        [.. _domain.Table.Entries().Select(entry => new SecureReference(entry.Id, entry.Target.Name, entry.References))];

    /// <summary>Callback ids whose references code of the secure world holds.</summary>
    public IReadOnlyList<ObjectId> CallbackIds => [.. _domain.HeldIds()];

    /// <summary>Callback ids given up, which the next message to the normal world will say.</summary>
    public int PendingReleases => _domain.Releases.Count;

    /// <summary>Invocations that run or wait for a callback.</summary>
    public int ThreadsInUse => _domain.Threads.InUse;

    /// <summary>Distinguished names of the loaded applications.</summary>
    public IReadOnlyList<string> LoadedApplications => [.. Services.Applications.Loaded.Select(application => application.Name)];

    /// <summary>Ids of the registered listeners that live (spec/05).</summary>
    public IReadOnlyList<uint> Listeners => Services.Listeners.Ids;

    /// <summary>Lets go of every listener, as when all their clients have died.</summary>
    public void DropListeners()
    {
        Services.Listeners.Clear();
        Services.ImageSource.Replace(null);
    }

    /// <summary>Whether neither world holds anything of the other, no application is loaded and nothing runs.</summary>
    public bool IsClean => LiveObjects == 0 && _domain.Table.Count == 0 && _domain.Callbacks.Count == 0 && PendingReleases == 0
        && ThreadsInUse == 0 && _domain.Handles.Count == 0 && (_services is null || _services.Applications.Loaded.Count == 0);

    /// <summary>Ends a loaded application as a fault in it would. False when no such application is loaded, or it has crashed already.</summary>
    public bool Crash(string name)
    {
        if (Services.Applications.Find(name) is not { } application || application.Fitness != ResultCode.Ok) return false;
        application.Crash(application.Instance);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => IsClean
        ? "nothing is alive"
        : string.Join(Environment.NewLine, [
            $"{LiveObjects} objects, {ThreadsInUse} threads, {_domain.Handles.Count} references held by code, {PendingReleases} releases pending",
            .. HeldByNormalWorld.Select(held => $"held by the normal world: {held.Id} {held.Name} ({held.References} references)"),
            .. CallbackIds.Select(id => $"held of the normal world: {id}"),
            .. _domain.Handles.ToList().Select(handle => $"reference to {handle.Name}, made at {handle.MadeAt}"),
            .. _services is null ? [] : LoadedApplications.Select(name => $"loaded: {name}"),
        ]);

    internal static EmulatedSecureWorld Start(SecureWorldContext context, EmulatorOptions options)
    {
        var domain = MakeDomain(context, options);
        options.ProtectedMemory?.Platform.Attach(context.Memory);
        var services = new SecureServices(domain, options);
        domain.Root = (SecureObjectHost)domain.Export(new ClientEnvironmentObject(services, null)).Detach()!;
        var world = new EmulatedSecureWorld(domain, services);
        options.Started?.Invoke(world);
        return world;
    }

    /// <summary>The kernel as <see cref="Start"/> makes it, around an object of the caller's in place of the services: what is measured from inside.</summary>
    internal static EmulatedSecureWorld StartKernel(SecureWorldContext context, EmulatorOptions options, IMinkObject root)
    {
        var domain = MakeDomain(context, options);
        domain.Root = (SecureObjectHost)domain.Export(root).Detach()!;
        return new EmulatedSecureWorld(domain);
    }

    /// <inheritdoc/>
    public void Enter(SecureEntry entry)
    {
        ref readonly var registers = ref entry.Registers;
        switch ((uint)registers.X0)
        {
            case SmcCall.InvokeFunctionId or SmcCall.InvokeFunctionId32: Invoke(entry); break;
            case SmcCall.CallbackResponseFunctionId or SmcCall.CallbackResponseFunctionId32: Respond(entry); break;
            default: Refuse(entry, SmcCall.StatusNotSupported); break;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The secure world waits for the normal one as long as it takes; the bounds are the normal world's.</summary>
    private static SecureDomain MakeDomain(SecureWorldContext context, EmulatorOptions options) =>
        new(context, new MinkLimits { CallbackDeadline = null }, options.Threads, options.ObjectsMax) { ProtectedMemory = options.ProtectedMemory };

    private void Invoke(SecureEntry entry)
    {
        ref readonly var call = ref entry.Registers;
        if (call.X1 != SmcCall.InvokeArgumentInfo || !IsSize(call.X3) || !IsSize(call.X5))
        {
            Refuse(entry, SmcCall.StatusBadArgument);    // the probe with four zeros too
            return;
        }
        // A buffer starts where its region does: two invocations can never meet inside one.
        if (_domain.Memory.Find(call.X2, call.X3) is not { } inbound || _domain.Memory.Find(call.X4, call.X5) is not { } outbound
            || ReferenceEquals(inbound, outbound))
        {
            Refuse(entry, SmcCall.StatusBadAddress);
            return;
        }
        if (_domain.Threads.TryTake(outbound, entry.Slot, out var isTaken) is { } thread) thread.Begin(entry, inbound, (int)call.X3);
        else Refuse(entry, isTaken ? SmcCall.StatusBadAddress : SmcCall.StatusBusy);
    }

    private void Respond(SecureEntry entry)
    {
        ref readonly var call = ref entry.Registers;
        if (call.X1 == SmcCall.CallbackResponseArgumentInfo && IsSize(call.X3) && _domain.Memory.Find(call.X2, call.X3) is { } outbound
            && call.X3 == (ulong)outbound.Size && outbound.PeerTag is SecureThread thread && thread.TryResume(entry, outbound)) return;
        Refuse(entry, SmcCall.StatusBadArgument);
    }

    // By itself: a copy of all registers would cost its room in every entry.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Refuse(SecureEntry entry, long status) => entry.Return(SmcCall.Failed(status));

    private static bool IsSize(ulong size) => size is > 0 and <= int.MaxValue && size % SharedRegion.PageSize == 0;
}

/// <summary>A secure id that the normal world holds.</summary>
/// <param name="Id">As it travels.</param>
/// <param name="Name">The object behind it.</param>
/// <param name="References">RELEASEs owed.</param>
public sealed record SecureReference(ObjectId Id, string Name, int References);
