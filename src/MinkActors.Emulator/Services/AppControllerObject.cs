using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>One client's hold on a loaded application (spec/04 section 5.2). Counted by the application from the start.</summary>
internal sealed class AppControllerObject(LoadedApplication application, ClientIdentity client) : AppControllerSkeleton, IMinkObject
{
    private Capability? _wait;
    private bool _isDisconnected;

    private ResultCode Fitness => _isDisconnected ? IAppController.Errors.AppDisconnected : application.Fitness;

    protected override ValueTask<ResultCode> OpenSessionAsync(OpenSessionCall call)
    {
        var fitness = Fitness;
        if (fitness != ResultCode.Ok) return new(fitness);
        if (application.Uuid is null) return new(IAppController.Errors.NotSupported);
        return application.Services.Sessions.OpenAsync(
            application, client, call.Call, new(call.ConnectionMethod, call.ConnectionData, call.ParamTypes, call.ExParamTypes, 1, 0), _wait?.Retain());
    }

    protected override ValueTask<ResultCode> UnloadAsync(UnloadCall call) =>
        _isDisconnected ? new(IAppController.Errors.AppDisconnected) : application.UnloadAsync();

    protected override ValueTask<ResultCode> GetAppObjectAsync(GetAppObjectCall call)
    {
        var fitness = Fitness;
        if (fitness != ResultCode.Ok) return new(fitness);
        var instance = application.Instance;
        // Making the object is a call into the application: it cannot be unloaded meanwhile.
        if (!instance.TryEnter()) return new(Fitness);
        try
        {
            call.SetObject(instance.Domain.Export(instance.Code.CreateAppObject(client), instance));
            return new(ResultCode.Ok);
        }
        finally
        {
            instance.Leave();
        }
    }

    protected override ValueTask<ResultCode> InstallCBOAsync(InstallCBOCall call)
    {
        var fitness = Fitness;
        if (fitness != ResultCode.Ok) return new(fitness);
        if (call.Uid != IAppController.CboWait) return new(IAppController.Errors.CboUnknown);
        _wait?.Dispose();
        _wait = call.TakeCallback();
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> DisconnectAsync(DisconnectCall call)
    {
        var fitness = Fitness;
        if (fitness == IAppController.Errors.AppDisconnected || fitness == IAppController.Errors.AppUnloaded) return new(fitness);
        LetGo();
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> RestartAsync(RestartCall call) =>
        new(_isDisconnected ? IAppController.Errors.AppDisconnected : application.Restart());

    void IMinkObject.Released() => LetGo();

    private void LetGo()
    {
        _wait?.Dispose();
        _wait = null;
        if (_isDisconnected) return;
        _isDisconnected = true;
        application.ControllerGone();
    }
}
