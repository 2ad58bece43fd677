using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Opens sessions with GlobalPlatform applications by UUID (IGPAppClient, class UID 409, spec/04 section 8).</summary>
internal sealed class AppClientObject(SecureServices services, ClientIdentity client) : GPAppClientSkeleton
{
    private const int FirstParameter = 2;                // behind the words and the UUID
    private const int FirstMemory = 1;                   // behind the object to wait on

    protected override ValueTask<ResultCode> OpenSessionAsync(OpenSessionCall call) =>
        OpenAsync(call.Call, new(call.ConnectionMethod, call.ConnectionData, call.ParamTypes, call.ExParamTypes, FirstParameter, FirstMemory));

    protected override ValueTask<ResultCode> OpenSessionV2Async(OpenSessionV2Call call) =>
        OpenAsync(call.Call, new(call.ConnectionMethod, call.ConnectionData, call.ParamTypes, call.ExParamTypes, FirstParameter, FirstMemory));

    private async ValueTask<ResultCode> OpenAsync(IncomingCall call, SessionService.Layout layout)
    {
        if (call.Input(1).Length != 16) return IGPAppClient.Errors.InvalidUuidLen;
        var uuid = new Guid(call.Input(1));              // a TEEC_UUID lies in memory as a GUID does
        var (result, application) = await services.Sessions.FindAsync(uuid);
        if (application is null) return result;
        try
        {
            return await services.Sessions.OpenAsync(application, client, call, layout, call.TakeInput(0)) switch
            {
                var code when code == IAppController.Errors.AppUnloaded => IGPAppClient.Errors.AppUnloaded,
                var code when code == IAppController.Errors.AppSuspended => ResultCode.Defunct,
                var code => code,
            };
        }
        finally
        {
            // An application that was loaded for this session lives as long as it has sessions.
            application.ControllerGone();
        }
    }
}
