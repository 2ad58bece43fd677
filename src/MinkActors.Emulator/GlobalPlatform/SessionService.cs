using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Opens sessions, whichever way a client found the application (spec/04 sections 5.2 and 8).</summary>
internal sealed class SessionService(SecureServices services)
{
    /// <summary>Which arguments of a call are what: the interfaces differ in that only.</summary>
    internal readonly record struct Layout(uint ConnectionMethod, uint ConnectionData, uint Types, uint FurtherTypes, int FirstInput, int FirstObject);

    /// <summary>Opens a session with an application, and writes the outcome into the call: its first output, and its only output object.</summary>
    /// <param name="application">Kept by the caller until this has ended.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="call">The opening call.</param>
    /// <param name="layout">Its arguments.</param>
    /// <param name="wait">Becomes the session's; given up when there is none.</param>
    public async ValueTask<ResultCode> OpenAsync(LoadedApplication application, ClientIdentity client, IncomingCall call, Layout layout, Capability? wait)
    {
        var instance = application.Instance;
        if (!instance.TryEnter())
        {
            wait?.Dispose();
            return application.Fitness is var fitness && fitness == ResultCode.Ok ? ResultCode.Defunct : fitness;
        }

        try
        {
            using var parameters = await SessionParameters.ReadAsync(services.Domain, call, layout.Types, layout.FurtherTypes, layout.FirstInput, layout.FirstObject);
            if (parameters is null)
            {
                SessionParameters.Write(call, null, SessionResult.BadParameters, SessionOrigin.Tee);
                return ResultCode.Ok;
            }

            var (result, session) = await instance.Code.OpenSessionAsync(new SessionOpening(client, layout.ConnectionMethod, layout.ConnectionData, parameters.All));
            if (session is null && result == SessionResult.Success) result = SessionResult.GenericError;
            SessionParameters.Write(call, parameters, result, SessionOrigin.TrustedApplication);
            if (result != SessionResult.Success) return ResultCode.Ok;
            call.SetOutputObject(0, instance.Domain.Export(new SessionObject(services.Domain, session!, wait), instance));
            wait = null;
            return ResultCode.Ok;
        }
        finally
        {
            wait?.Dispose();
            instance.Leave();
        }
    }

    /// <summary>The application of a UUID, loaded for this call when need be, with one controller counted for the caller to give up.</summary>
    public async ValueTask<(ResultCode Result, LoadedApplication? Application)> FindAsync(Guid uuid)
    {
        while (true)
        {
            if (services.Applications.Find(uuid) is { } loaded)
            {
                if (loaded.AddController(int.MaxValue) == ResultCode.Ok) return (ResultCode.Ok, loaded);
                continue;                                // unloaded meanwhile: out of the table by now
            }

            var result = await services.ImageSource.LoadAsync(uuid);
            if (result.Code == IAppLoader.Errors.AlreadyLoaded) continue;
            if (result.Code != IGPAppClient.Errors.AppNotFound) return result;
            var resident = services.Applications.LoadResident(uuid, out loaded);
            if (resident == IAppLoader.Errors.AlreadyLoaded) continue;
            return resident == ResultCode.Ok ? (resident, loaded) : result;
        }
    }

    /// <summary>One command of a session from one application to another, opened and closed around it.</summary>
    public async ValueTask<SessionResult> InvokePeerAsync(Guid uuid, ClientIdentity client, uint command, SessionParameter[] parameters)
    {
        if (parameters.Length > SessionParameters.Count) return SessionResult.BadParameters;
        SessionParameter[] all = [.. parameters, .. Enumerable.Repeat(SessionParameter.None, SessionParameters.Count - parameters.Length)];
        if ((await FindAsync(uuid)).Application is not { } application) return SessionResult.ItemNotFound;
        try
        {
            return await InvokeAsync(application.Instance, client, command, all);
        }
        finally
        {
            application.ControllerGone();
        }
    }

    private static async ValueTask<SessionResult> InvokeAsync(ApplicationInstance instance, ClientIdentity client, uint command, SessionParameter[] parameters)
    {
        if (!instance.TryEnter()) return SessionResult.TargetDead;
        try
        {
            SessionParameter[] none = [.. Enumerable.Repeat(SessionParameter.None, SessionParameters.Count)];
            var (result, session) = await instance.Code.OpenSessionAsync(new SessionOpening(client, 0, 0, none));
            if (session is null) return result == SessionResult.Success ? SessionResult.GenericError : result;
            result = await session.InvokeAsync(new SessionCommand(command, parameters, () => new(false)));
            session.Closed();
            return result;
        }
        finally
        {
            instance.Leave();
        }
    }
}
