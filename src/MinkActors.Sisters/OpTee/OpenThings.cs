using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Sessions and registrations that this side has open in OP-TEE, those that nobody knows any more included. Any thread.</summary>
internal sealed class OpenThings(OpTeeDomain domain)
{
    private const int CloseTriesMax = 8;

    private readonly HashSet<OpTeeSession> _sessions = [];
    private readonly List<Func<Task>> _strays = [];
    private readonly List<SharedRegion> _stuck = [];
    private readonly HashSet<OpTeeBuffer> _buffers = [];

    public int Sessions
    {
        get
        {
            lock (_sessions) return _sessions.Count;
        }
    }

    /// <summary>Sessions and registrations that nobody knows any more, and that OP-TEE could not be told to end.</summary>
    public int Strays
    {
        get
        {
            lock (_strays) return _strays.Count;
        }
    }

    public int RegisteredBuffers
    {
        get
        {
            lock (_buffers) return _buffers.Count;
        }
    }

    public OpTeeSession Opened(OpTeeSession session)
    {
        lock (_sessions) _sessions.Add(session);
        return session;
    }

    /// <summary>Closing is letting go: when the path is gone, so is the session, and nobody is helped by an exception.</summary>
    public Task CloseAsync(OpTeeSession session)
    {
        lock (_sessions) _sessions.Remove(session);
        return CloseAsync(session.Id);
    }

    /// <summary>A session whose caller has left before it could be told of it is the driver's, which closes it (spec/11 D-146).</summary>
    public void CloseStray(uint session) => _ = CloseAsync(session);

    /// <summary>What OP-TEE could not be told to end is tried again whenever a call has come through.</summary>
    public void CloseStrays()
    {
        foreach (var end in TakeStrays()) _ = end();
    }

    public async Task<OpTeeBuffer> RegisterAsync(int size, CallOptions options)
    {
        if (domain.Sister.Link.RefusesCalls) throw new MinkTransportException(ResultCode.Defunct, Errno.ENODEV, InvocationPhase.Preparing, false, "The system has stopped");
        var region = domain.Sister.Context.Memory.Allocate(size)
            ?? throw new MinkTransportException(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, $"No shared memory for {size} bytes");
        var buffer = new OpTeeBuffer(domain, region, domain.NextCookie());
        if (domain.StaticArea is not null)
        {
            // OP-TEE has the area as it is: there is nothing to tell it.
            lock (_buffers) _buffers.Add(buffer);
            return buffer;
        }
        if (PageListBuffer.TryMake(domain.Buffers, region) is not { } list)
        {
            domain.Sister.Context.Memory.Free(region);
            throw new MinkTransportException(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, "No shared memory for a page list");
        }
        var call = StandardCall.Register(domain, list, region.Size, buffer.Cookie);
        call.WhenOver(() => Registered(call, buffer));
        (await domain.Start(call, options)).EnsureSuccess();
        return buffer;
    }

    public async Task UnregisterAsync(OpTeeBuffer buffer)
    {
        lock (_buffers) _buffers.Remove(buffer);
        if (domain.StaticArea is null) await EndRegistrationAsync(buffer);
        else buffer.WhenUnused(isFree =>
        {
            if (isFree) domain.Sister.Context.Memory.Free(buffer.Region!);
            else Keep(buffer.Region!);
        });
    }

    /// <summary>Ends sessions and registrations that are left; nobody may use them any more. What OP-TEE does not take is tried again, some times.</summary>
    public async Task CloseAllAsync()
    {
        await CloseOnceAsync();
        for (var tries = 1; tries < CloseTriesMax && Strays > 0; tries++)
        {
            await Task.Delay(domain.Sister.Link.BusyPause, domain.Actors.Time);
            await CloseOnceAsync();
        }
    }

    private async Task CloseOnceAsync()
    {
        OpTeeSession[] sessions;
        OpTeeBuffer[] buffers;
        lock (_sessions) sessions = [.. _sessions];
        lock (_buffers) buffers = [.. _buffers];
        // All at once: one that does not come back holds up no other.
        await Task.WhenAll(
        [
            .. sessions.Where(session => session.TryEnd()).Select(CloseAsync),
            .. TakeStrays().Select(end => end()),
            .. buffers.Select(buffer => buffer.DisposeAsync().AsTask()),
        ]);
        await domain.Sister.WhenQuiet();
    }

    /// <summary>A registration has ended: the memory is the caller's buffer, or goes back once OP-TEE cannot have it.</summary>
    private void Registered(StandardCall call, OpTeeBuffer buffer)
    {
        if (call.IsLost) Keep(buffer.Region!);
        else if (!call.HasSucceeded) domain.Sister.Context.Memory.Free(buffer.Region!);
        else if (call.Caller.IsGone) _ = domain.ObserveAsync(buffer.DisposeAsync().AsTask());
        else
        {
            lock (_buffers) _buffers.Add(buffer);
        }
    }

    private Task EndRegistrationAsync(OpTeeBuffer buffer) => EndAsync(StandardCall.Unregister(domain, buffer.Cookie), outcome =>
    {
        switch (outcome)
        {
            case EndOutcome.Done: domain.Sister.Context.Memory.Free(buffer.Region!); break;
            case EndOutcome.NotTaken: AddStray(() => EndRegistrationAsync(buffer)); break;
            default: Keep(buffer.Region!); break;
        }
    });

    private Task CloseAsync(uint session) => EndAsync(StandardCall.Close(domain, session), outcome =>
    {
        if (outcome == EndOutcome.NotTaken) AddStray(() => CloseAsync(session));
    });

    /// <summary>What became of it is known when the transaction is over, which may be later than anybody waits: a stop or a deadline ends the wait alone.</summary>
    private Task EndAsync(StandardCall call, Action<EndOutcome> then)
    {
        call.WhenOver(() => then(OutcomeOf(call)));
        return domain.TrySendOwnAsync(call);
    }

    private EndOutcome OutcomeOf(StandardCall call) => domain.IsPeerGone || call.HasSucceeded ? EndOutcome.Done
        : call.WasTaken || call.IsLost ? EndOutcome.Refused
        : EndOutcome.NotTaken;

    private void AddStray(Func<Task> end)
    {
        lock (_strays) _strays.Add(end);
    }

    private Func<Task>[] TakeStrays()
    {
        lock (_strays)
        {
            if (_strays.Count == 0) return [];
            Func<Task>[] taken = [.. _strays];
            _strays.Clear();
            return taken;
        }
    }

    private void Keep(SharedRegion region)
    {
        lock (_stuck) _stuck.Add(region);
    }

    /// <summary>The link is gone: memory that OP-TEE might have used is nobody's now.</summary>
    public void FreeAll()
    {
        lock (_stuck)
        {
            foreach (var region in _stuck) domain.Sister.Context.Memory.Free(region);
            _stuck.Clear();
        }
    }

    /// <summary>How a call that ends something has ended.</summary>
    private enum EndOutcome : byte
    {
        Done,

        /// <summary>OP-TEE does not do it, or nobody knows whether it has.</summary>
        Refused,

        /// <summary>OP-TEE never began: it can be tried again.</summary>
        NotTaken,
    }
}
