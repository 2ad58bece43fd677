using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>Everything that OP-TEE has for one client: threads, sessions, memory, instances of applications. Nothing is shared between two.</summary>
/// <remarks>In the kernel's turns only.</remarks>
internal sealed class Partition
{
    private readonly OpTeeKernel _kernel;
    private readonly uint _client;
    private readonly OpTeeEmulatorOptions _options;
    private readonly OpTeeThread[] _threads;
    private readonly Dictionary<uint, Session> _sessions = [];
    private readonly Dictionary<Guid, ApplicationInstance> _singles = [];
    private readonly List<ApplicationInstance> _instances = [];
    private uint _lastSession;

    public Partition(OpTeeKernel kernel, uint client, OpTeeEmulatorOptions options)
    {
        (_kernel, _client, _options) = (kernel, client, options);
        Objects = new SharedObjectTable(kernel.Memory, options);
        Notifications = new PendingNotifications(options.Interrupt);
        _threads = [.. Enumerable.Range(0, options.Threads).Select(i => new OpTeeThread(kernel, this, (uint)i))];
    }

    public uint Client => _client;
    public IPhysicalPages Memory => _kernel.Memory;
    public SharedObjectTable Objects { get; }
    public PendingNotifications Notifications { get; }
    public int Sessions => _sessions.Count;
    public int Instances => _instances.Count;
    public int ThreadsInUse => _threads.Count(thread => !thread.IsFree);

    /// <summary>RPC buffers stay with their threads from call to call (L9).</summary>
    public bool CachesRpcBuffers { get; private set; }

    public int CachedRpcBuffers => _threads.Count(thread => thread.CachedCookie is not null);

    public bool IsStatic(ulong address, ulong size) => _options.StaticArea?.Contains(address, size) == true;

    public OpTeeThread? FindFreeThread() => Array.Find(_threads, thread => thread.IsFree);

    public bool TryResume(SecureEntry entry, in OpTeeRegisters registers) =>
        registers[3] < (uint)_threads.Length && _threads[registers[3]].TryResume(entry, registers);

    public bool TryEnableCache() => ThreadsInUse == 0 && (CachesRpcBuffers = true);

    public OpTeeReturn DisableCache(out ulong cookie)
    {
        cookie = 0;
        if (ThreadsInUse > 0) return OpTeeReturn.Busy;
        CachesRpcBuffers = false;
        if (Array.Find(_threads, thread => thread.CachedCookie is not null) is not { } holder) return OpTeeReturn.NotAvailable;
        cookie = holder.CachedCookie!.Value;
        holder.ForgetPage();
        return OpTeeReturn.Ok;
    }

    /// <summary>The address of a message inside registered memory; false for an unknown cookie or an offset beyond it.</summary>
    public bool TryLocate(ulong cookie, uint offset, out ulong address)
    {
        address = 0;
        if (!Objects.TryFind(cookie, out var found) || offset >= found.Size) return false;
        var at = offset + (ulong)((found.PageCount * PageList.PageSize) - (long)found.Size);
        address = found.Pages[(int)(at / PageList.PageSize)] + (at % PageList.PageSize);
        return true;
    }

    /// <summary>The protected memory of the platform; null when there is none.</summary>
    public OpTeeProtectedMemory? ProtectedMemory => _kernel.ProtectedMemory;

    /// <summary>Serves the message in the thread's private copy (spec 09 section 6).</summary>
    public void Dispatch(OpTeeThread thread)
    {
        switch ((OpTeeCommand)thread.Header.Command)
        {
            case OpTeeCommand.OpenSession: Open(thread); break;
            case OpTeeCommand.InvokeCommand: Invoke(thread); break;
            case OpTeeCommand.CloseSession: Close(thread); break;
            case OpTeeCommand.Cancel: thread.Finish(Cancel(thread.Header), TeeOrigin.Tee); break;
            case OpTeeCommand.RegisterSharedMemory when _options.HasDynamicSharedMemory: thread.Finish(Register(thread), TeeOrigin.Tee); break;
            case OpTeeCommand.UnregisterSharedMemory when _options.HasDynamicSharedMemory: Unregister(thread); break;
            case OpTeeCommand.DoBottomHalf or OpTeeCommand.StopNotifications when _options.HasNotifications: Notify(thread); break;
            case OpTeeCommand.LendProtectedMemory or OpTeeCommand.ReclaimProtectedMemory or OpTeeCommand.GetProtectedMemoryConfig when ProtectedMemory is { } served:
                var life = thread.Life;
                served.Serve(this, thread.Header, thread.Message, result => _kernel.Tell(new EndLater(() =>
                {
                    if (thread.Life == life) thread.Finish(result, TeeOrigin.Tee);
                })));
                break;
            default: thread.Refuse(OpTeeReturn.BadCommand); break;
        }
    }

    /// <summary>Any thread.</summary>
    public void Raise(uint value)
    {
        _kernel.CheckNotification(value);
        _kernel.Tell(new RaiseNotification(_client, value));
    }

    /// <summary>An application has answered.</summary>
    public void Ended(ApplicationCall call)
    {
        var (thread, session, instance) = (call.Thread, call.Session, call.Session.Instance);
        session.Running.Remove(call);
        instance.HasPanicked |= call.HasPanicked;
        if (call.Life != thread.Life)    // the client was destroyed meanwhile
        {
            call.Target.Parameters.End();
            return;
        }
        if (call.Kind == ApplicationCallKind.Open && call.Result == TeeResult.Success)
        {
            _sessions[session.Id] = session;
            OpTeeMessage.WriteSession(thread.Message, session.Id);
        }
        else if (call.Kind != ApplicationCallKind.Invoke) LetGo(instance);
        // What an application leaves half done after a panic goes nowhere.
        if (!call.HasPanicked) call.Target.Parameters.WriteOutputs(thread.Message);
        call.Target.Parameters.End();
        thread.Finish(call.Kind == ApplicationCallKind.Close ? TeeResult.Success : call.Result, call.Origin);
    }

    /// <summary>The machine is destroyed: sessions closed, threads dropped, memory released (spec 09 section 10).</summary>
    public void Drop()
    {
        foreach (var thread in _threads) thread.Drop();
        foreach (var instance in _instances) _kernel.System.Stop(instance);
        _instances.Clear();
        _singles.Clear();
        _sessions.Clear();
        Objects.Clear();
        ProtectedMemory?.Ended(_client);
    }

    private void Open(OpTeeThread thread)
    {
        OpTeeMessage.WriteSession(thread.Message, 0);
        if (!OpTeeRequestCheck.TryReadOpenSession(thread.Message, thread.Header, out var request, out _))
        {
            thread.Finish(TeeResult.BadParameters, TeeOrigin.Tee);
            return;
        }
        if (_sessions.Count >= _options.SessionsMax)
        {
            thread.Finish(TeeResult.OutOfMemory, TeeOrigin.Tee);
            return;
        }
        if (!_options.Applications.TryGetValue(request.Application, out var registration))
        {
            thread.Finish(TeeResult.ItemNotFound, TeeOrigin.Tee);
            return;
        }
        var found = FindInstance(registration, out var instance);
        if (found != TeeResult.Success)
        {
            thread.Finish(found, TeeOrigin.Tee);
            return;
        }
        var session = new Session(NextSession(), new OpTeeClient(request.Client, request.Login, _client), instance);
        instance.Sessions++;
        if (!TryStart(ApplicationCallKind.Open, thread, session, 2)) LetGo(instance);
    }

    private void Notify(OpTeeThread thread)
    {
        if (!OpTeeRequestCheck.CheckEmpty(thread.Header, out _)) thread.Finish(TeeResult.BadParameters, TeeOrigin.Tee);
        else if (thread.Header.Command == (uint)OpTeeCommand.StopNotifications)
        {
            Notifications.SwitchOff();
            thread.Finish(TeeResult.Success, TeeOrigin.Tee);
        }
        else if (_options.BottomHalf is not { } work) thread.Finish(TeeResult.Success, TeeOrigin.Tee);
        else
        {
            // Like an application of one call: what goes wrong in it is a panic of its own.
            var instance = _kernel.System.Spawn(new ApplicationInstance(_kernel, BottomHalfApplication.Registration, new BottomHalfApplication(work)));
            _instances.Add(instance);
            instance.Sessions++;
            TryStart(ApplicationCallKind.BottomHalf, thread, new Session(0, default, instance), 0);
        }
    }

    private void Invoke(OpTeeThread thread)
    {
        if (!OpTeeRequestCheck.CheckInvoke(thread.Message, thread.Header, out _) || !_sessions.TryGetValue(thread.Header.Session, out var session))
            thread.Finish(TeeResult.BadParameters, TeeOrigin.Tee);
        else if (session.Instance.HasPanicked) thread.Finish(TeeResult.TargetDead, TeeOrigin.Tee);
        else TryStart(ApplicationCallKind.Invoke, thread, session, 0);
    }

    private void Close(OpTeeThread thread)
    {
        if (!OpTeeRequestCheck.CheckEmpty(thread.Header, out _)) thread.Finish(TeeResult.BadParameters, TeeOrigin.Tee);
        else if (!_sessions.Remove(thread.Header.Session, out var session)) thread.Finish(TeeResult.ItemNotFound, TeeOrigin.Tee);
        else if (!session.Instance.HasPanicked) TryStart(ApplicationCallKind.Close, thread, session, 0);
        else
        {
            LetGo(session.Instance);
            thread.Finish(TeeResult.Success, TeeOrigin.Tee);
        }
    }

    private TeeResult Cancel(in OpTeeHeader header)
    {
        if (!OpTeeRequestCheck.CheckEmpty(header, out _) || !_sessions.TryGetValue(header.Session, out var session)) return TeeResult.BadParameters;
        var cancelId = header.CancelId;
        if (session.Running.Find(call => call.CancelId == cancelId) is { } running) session.Instance.Tell(new CancelCall(running));
        return TeeResult.Success;
    }

    private TeeResult Register(OpTeeThread thread) =>
        OpTeeRequestCheck.TryReadRegister(thread.Message, thread.Header, out var range, out _) ? Objects.Register(range) : TeeResult.BadParameters;

    private void Unregister(OpTeeThread thread)
    {
        if (!OpTeeRequestCheck.TryReadCookie(thread.Message, thread.Header, out var cookie, out _)) thread.Finish(TeeResult.BadParameters, TeeOrigin.Tee);
        else
        {
            var life = thread.Life;
            Objects.Unregister(cookie, result =>
            {
                if (thread.Life == life) thread.Finish(result, TeeOrigin.Tee);
            });
        }
    }

    private bool TryStart(ApplicationCallKind kind, OpTeeThread thread, Session session, int firstParameter)
    {
        var count = (int)thread.Header.Parameters - firstParameter;
        var taken = ApplicationParameters.TryTake(this, thread.Message, firstParameter, count, out var parameters);
        if (taken != TeeResult.Success)
        {
            thread.Finish(taken, TeeOrigin.Tee);
            return false;
        }
        var target = new OpTeeCall(thread, session, kind == ApplicationCallKind.Invoke ? thread.Header.Function : 0, parameters);
        var call = new ApplicationCall(kind, thread, session, target) { CancelId = thread.Header.CancelId };
        session.Running.Add(call);
        session.Instance.Tell(call);
        return true;
    }

    private TeeResult FindInstance(OpTeeRegistration registration, out ApplicationInstance instance)
    {
        var isSingle = registration.Traits.HasFlag(OpTeeApplicationTraits.SingleInstance);
        if (isSingle && _singles.TryGetValue(registration.Uuid, out instance!) && !instance.HasPanicked)
            return instance.Sessions == 0 || registration.Traits.HasFlag(OpTeeApplicationTraits.MultiSession) ? TeeResult.Success : TeeResult.Busy;
        instance = _kernel.System.Spawn(new ApplicationInstance(_kernel, registration, registration.Make()));
        _instances.Add(instance);
        if (isSingle) _singles[registration.Uuid] = instance;
        return TeeResult.Success;
    }

    private void LetGo(ApplicationInstance instance)
    {
        if (--instance.Sessions > 0) return;
        if (registrationKeeps(instance) && !instance.HasPanicked) return;
        if (_singles.GetValueOrDefault(instance.Registration.Uuid) == instance) _singles.Remove(instance.Registration.Uuid);
        _instances.Remove(instance);
        _kernel.System.Stop(instance);

        static bool registrationKeeps(ApplicationInstance instance) => instance.Registration.Traits.HasFlag(OpTeeApplicationTraits.SingleInstance | OpTeeApplicationTraits.KeepAlive);
    }

    private uint NextSession()
    {
        do _lastSession++;
        while (_lastSession == 0 || _sessions.ContainsKey(_lastSession));
        return _lastSession;
    }
}
