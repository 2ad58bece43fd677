using MinkActors.Protocol.Qseecom;

namespace MinkActors.Vectors.Qseecom;

/// <summary>The call table by name, and the names vectors give to the arguments of each call.</summary>
internal static class QseecomCallNames
{
    private static readonly QseecomCall[] Calls =
    [
        QseecomCall.IsCallAvailable, QseecomCall.FeatureVersion, QseecomCall.WaitQueueResume, QseecomCall.AppStart,
        QseecomCall.AppShutdown, QseecomCall.AppLookup, QseecomCall.AppGetState, QseecomCall.AppRegionNotification,
        QseecomCall.RegisterLogBuffer, QseecomCall.LoadServicesImage, QseecomCall.UnloadServicesImage, QseecomCall.ListenerRegister,
        QseecomCall.ListenerDeregister, QseecomCall.ListenerResponse, QseecomCall.ContinueBlocked,
        QseecomCall.ListenerResponseWithTable, QseecomCall.ListenerRegisterSession, QseecomCall.ContinueBlockedSession,
        QseecomCall.AppSend, QseecomCall.GpOpenSession, QseecomCall.GpCloseSession, QseecomCall.GpInvoke, QseecomCall.GpCancel,
        QseecomCall.AppSendWithTable, QseecomCall.GpOpenSessionWithTable, QseecomCall.GpInvokeWithTable,
    ];

    private static readonly string[] Send = ["app_id", "req_phys", "req_size", "rsp_phys", "rsp_size", "sglist_phys", "sglist_len"];

    public static bool TryFind(string name, out QseecomCall call)
    {
        call = Array.Find(Calls, candidate => candidate.Name == name);
        return call.Name is not null;
    }

    public static string[] ArgumentsOf(in QseecomCall call) => call.Name switch
    {
        "info-is-call-available" => ["function"],
        "info-feature-version" => ["feature"],
        "waitq-resume" => ["smc_call_ctx"],
        "app-start" or "load-services-image" => ["mdt_len", "img_len", "img_phys"],
        "app-shutdown" or "app-get-state" or "continue-blocked" => ["app_id"],
        "app-lookup" => ["name_phys", "name_length"],
        "app-region-notification" => ["region_phys", "region_size"],
        "register-log-buffer" => ["buf_phys", "buf_len"],
        "listener-register" or "listener-register-smcinvoke" => ["listener", "sb_phys", "sb_len"],
        "listener-deregister" => ["listener"],
        "listener-response" => ["listener", "status"],
        "listener-response-sglist" => ["listener", "status", "table_phys", "table_len"],
        "continue-blocked-smcinvoke" => ["session"],
        "unload-services-image" => [],
        _ => Send,
    };
}
