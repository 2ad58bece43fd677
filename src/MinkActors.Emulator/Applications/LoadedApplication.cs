using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A loaded application: its name, its controllers, and its present life (spec/04 section 5.2).</summary>
/// <remarks>
/// <code>
/// loaded ⇄ crashed
///   └────────┴──→ unloaded: by a controller, or when nobody holds a controller or an object any more
/// </code>
/// Any thread: controllers and objects live in turns of their own.
/// </remarks>
internal sealed class LoadedApplication
{
    private readonly Lock _lock = new();
    private readonly ApplicationTable _table;
    private readonly ApplicationRegistration _registration;
    private ApplicationInstance _instance;
    private int _controllers;
    private bool _isUnloaded;

    public LoadedApplication(ApplicationTable table, ApplicationRegistration registration, TrustedApplication code, int imageSize)
    {
        _table = table;
        _registration = registration;
        ImageSize = imageSize;
        _instance = new ApplicationInstance(this, table.Domain, code);
        code.Attach(_instance);
    }

    public string Name => _registration.Name;

    public SecureServices Services => _table.Services;

    public Guid? Uuid => _registration.Uuid;

    /// <summary>Bytes of its image in the application region.</summary>
    public int ImageSize { get; }

    public ApplicationInstance Instance
    {
        get { lock (_lock) return _instance; }
    }

    /// <summary>0 while it can be called, else the controller's code.</summary>
    public ResultCode Fitness
    {
        get
        {
            lock (_lock)
            {
                if (_isUnloaded) return IAppController.Errors.AppUnloaded;
                return _instance.IsAlive ? ResultCode.Ok : IAppController.Errors.AppSuspended;
            }
        }
    }

    /// <summary>One more controller; false when it was unloaded meanwhile.</summary>
    public ResultCode AddController(int max)
    {
        lock (_lock)
        {
            if (_isUnloaded) return IAppLoader.Errors.AppNotLoaded;
            if (_controllers >= max) return IAppLoader.Errors.AppMaxClientConnections;
            _controllers++;
            return ResultCode.Ok;
        }
    }

    public void ControllerGone()
    {
        lock (_lock) _controllers--;
        LookForEnd();
    }

    /// <summary>Unloads it when nobody can reach it any more.</summary>
    public void LookForEnd()
    {
        ApplicationInstance instance;
        bool wasAlive;
        lock (_lock)
        {
            if (_isUnloaded || _controllers > 0 || (_instance.IsAlive && _instance.HasObjects)) return;
            _isUnloaded = true;
            instance = _instance;
            wasAlive = instance.TryEndNow();
        }
        _table.Remove(this);
        instance.CleanUp();
        if (wasAlive) TellUnloaded(instance);
    }

    /// <summary>The controller's unload. 13 while a call runs; the name is free when it returns 0.</summary>
    public async ValueTask<ResultCode> UnloadAsync()
    {
        ApplicationInstance instance;
        lock (_lock)
        {
            if (_isUnloaded) return IAppController.Errors.AppUnloaded;
            instance = _instance;
            if (!instance.TryEndIdle()) return instance.IsAlive ? IAppController.Errors.AppInUse : IAppController.Errors.AppSuspended;
            _isUnloaded = true;
        }
        _table.Remove(this);
        await instance.CleanUpAsync();
        TellUnloaded(instance);
        return ResultCode.Ok;
    }

    /// <summary>The end of one life by a fault; the application stays loaded until it is restarted or let go.</summary>
    public void Crash(ApplicationInstance instance)
    {
        if (!instance.TryEndNow()) return;
        instance.CleanUp();
        LookForEnd();
    }

    /// <summary>A new life after a crash.</summary>
    public ResultCode Restart()
    {
        if (Fitness is var fitness && fitness != IAppController.Errors.AppSuspended) return fitness == ResultCode.Ok ? IAppController.Errors.StillRunning : fitness;
        try
        {
            var code = _registration.Make();
            var instance = new ApplicationInstance(this, _table.Domain, code);
            code.Attach(instance);
            lock (_lock)
            {
                if (_isUnloaded) return IAppController.Errors.AppUnloaded;
                if (_instance.IsAlive) return IAppController.Errors.StillRunning;
                _instance = instance;
            }
            return ResultCode.Ok;
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            _table.Domain.Refused($"{Name} cannot be restarted: {failure.Message}");
            return IAppController.Errors.AppRestartFailed;
        }
    }

    private void TellUnloaded(ApplicationInstance instance)
    {
        try
        {
            instance.Code.Unloaded();
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            _table.Domain.Refused($"{Name} threw {failure.GetType().Name} when it was unloaded: {failure.Message}");
        }
    }
}
