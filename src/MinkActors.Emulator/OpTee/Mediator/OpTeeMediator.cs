using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>Shares one OP-TEE among guest domains: each sees an OP-TEE of its own, and nothing of the others (spec 09 sections 12 and 13).</summary>
/// <remarks>Any thread. A guest is one actor; what it may hold is bounded by <see cref="MediatorLimits"/>.</remarks>
public sealed class OpTeeMediator : IAsyncDisposable
{
    private readonly SecureWorldContext _context;
    private readonly HostMemory _memory;
    private readonly RegisterCalls _calls;
    private readonly MediatorLimits _limits;
    private readonly uint _threads;
    private readonly Dictionary<ushort, OpTeeGuest?> _guests = [];

    private OpTeeMediator(SecureWorldContext context, HostMemory memory, ISecureWorld opTee, RegisterCalls calls, MediatorLimits limits, uint threads)
    {
        (_context, _memory, _calls, _limits, _threads) = (context, memory, calls, limits, threads);
        OpTee = opTee;
    }

    /// <summary>The one OP-TEE below.</summary>
    public ISecureWorld OpTee { get; }

    /// <summary>How long a guest that is destroyed may take to end its calls before OP-TEE drops them.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Guests that live.</summary>
    public IReadOnlyList<OpTeeGuest> Guests
    {
        get
        {
            lock (_guests) return [.. _guests.Values.OfType<OpTeeGuest>()];
        }
    }

    /// <summary>Makes a mediator over an emulated OP-TEE with virtualization.</summary>
    /// <param name="context">Engine and logger; each guest has memory of its own.</param>
    /// <param name="configure">Of OP-TEE.</param>
    /// <param name="limits">Null for the specification's.</param>
    /// <exception cref="MinkTransportException">What is below cannot be shared (M1); ENODEV.</exception>
    public static Task<OpTeeMediator> StartAsync(SecureWorldContext context, Action<OpTeeEmulatorOptions>? configure = null, MediatorLimits? limits = null) =>
        StartAsync(context, (inner, memory) => EmulatedOpTee.Start(inner, memory, options =>
        {
            options.HasVirtualization = true;
            configure?.Invoke(options);
        }), limits);

    /// <summary>Makes a mediator over any OP-TEE.</summary>
    /// <param name="context">Engine and logger.</param>
    /// <param name="makeOpTee">Makes what is below, given the memory that it can reach.</param>
    /// <param name="limits">Null for the specification's.</param>
    /// <exception cref="MinkTransportException">What is below cannot be shared (M1); ENODEV.</exception>
    public static async Task<OpTeeMediator> StartAsync(SecureWorldContext context, Func<SecureWorldContext, IPhysicalPages, ISecureWorld> makeOpTee, MediatorLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var memory = new HostMemory();
        var opTee = makeOpTee(context, memory);
        var calls = context.Actors.Spawn(new RegisterCalls(opTee), "mediator-calls");
        var uid = await AskAsync(calls, OpTeeRegisters.Fast(OpTeeFunctionId.CallsUid));
        var threads = await AskAsync(calls, OpTeeRegisters.Fast(OpTeeFunctionId.GetThreadCount));
        var destroyed = await AskAsync(calls, OpTeeRegisters.Fast(OpTeeFunctionId.VmDestroyed));
        if (!MediatorStart.TryProbe(uid, threads, destroyed, out var threadCount))
        {
            context.Actors.Stop(calls);
            await opTee.DisposeAsync();
            throw Absent("What is below is no OP-TEE that can be shared");
        }
        return new OpTeeMediator(context, memory, opTee, calls, limits ?? new MediatorLimits(), threadCount);
    }

    /// <summary>Creates a guest (M2): its context first, then OP-TEE is told; refused, nothing of it is left.</summary>
    /// <param name="domain">Its number, free so far; 65535 would have no client id.</param>
    /// <param name="memoryBudget">Bytes of its memory.</param>
    /// <exception cref="MinkTransportException">OP-TEE refuses it (ENODEV), or the number is taken (EEXIST would be Linux's; here ENODEV).</exception>
    public async Task<OpTeeGuest> CreateGuestAsync(ushort domain, long memoryBudget = 64L << 20)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(domain, ushort.MaxValue);
        lock (_guests)
        {
            if (!_guests.TryAdd(domain, null)) throw Absent($"There is a domain {domain} already");
        }
        var memory = new GuestMemory(domain, memoryBudget);
        var shadows = new ShadowPages(HostMemory.ShadowBase(domain));
        _memory.Add(domain, memory, shadows);
        var answer = await AskAsync(_calls, MediatorStart.Created(domain));
        if (answer[0] != (uint)OpTeeReturn.Ok)
        {
            _memory.Remove(domain);
            lock (_guests) _guests.Remove(domain);
            throw Absent($"OP-TEE answers {(OpTeeReturn)answer[0]} to the new domain {domain}");
        }
        var mediator = new GuestMediator(MediatorStart.ClientOf(domain), memory, shadows, _threads, _limits);
        var guest = new OpTeeGuest(this, domain, memory, shadows, mediator, _context.Actors.Spawn(new GuestActor(mediator, OpTee, domain, Patience), $"optee-guest-{domain}"));
        lock (_guests) _guests[domain] = guest;
        return guest;
    }

    /// <summary>Destroys every guest, then lets go of OP-TEE.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var guest in Guests) await guest.DestroyAsync();
        _context.Actors.Stop(_calls);
        await OpTee.DisposeAsync();
    }

    internal void Forget(OpTeeGuest guest)
    {
        _memory.Remove(guest.Domain);
        lock (_guests) _guests.Remove(guest.Domain);
    }

    private static async ValueTask<OpTeeRegisters> AskAsync(RegisterCalls calls, OpTeeRegisters registers) => OpTeeRegisters.From(await calls.Ask(new RegisterCall(registers.ToSmc())));

    private static MinkTransportException Absent(string reason) => new(ResultCode.Error, Errno.ENODEV, InvocationPhase.Preparing, true, reason);
}
