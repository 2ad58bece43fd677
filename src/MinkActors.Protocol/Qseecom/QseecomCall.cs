namespace MinkActors.Protocol.Qseecom;

/// <summary>One row of the call table of spec 08 section 2: a function and the only argument word it is called with.</summary>
/// <param name="Id">The yielding SMC64 form.</param>
/// <param name="Arguments">Count and types of the arguments.</param>
/// <param name="Name">The table's name for it in kebab case; stable, used by traces and vectors.</param>
public readonly record struct QseecomCall(ScmFunctionId Id, ScmArgumentInfo Arguments, string Name)
{
    private const uint SendArguments = 0x885;
    private const uint SendWithTableArguments = 0x8887;

    /// <summary>Argument: function number. First result 1 when available.</summary>
    public static QseecomCall IsCallAvailable => new(new(0x42000601), new(0x1), "info-is-call-available");
    /// <summary>Argument: feature id. The result register is the version.</summary>
    public static QseecomCall FeatureVersion => new(new(0x42000603), new(0x1), "info-feature-version");
    /// <summary>Argument: the call context of a wait-queue sleep.</summary>
    public static QseecomCall WaitQueueResume => new(new(0x42002402), new(0x1), "waitq-resume");
    /// <summary>Arguments: mdt length, image length, image address.</summary>
    public static QseecomCall AppStart => new(new(0x72000101), new(0x3), "app-start");
    /// <summary>Argument: app id.</summary>
    public static QseecomCall AppShutdown => new(new(0x72000102), new(0x1), "app-shutdown");
    /// <summary>Arguments: name address, name length without terminator.</summary>
    public static QseecomCall AppLookup => new(new(0x72000103), new(0x22), "app-lookup");
    /// <summary>Argument: app id.</summary>
    public static QseecomCall AppGetState => new(new(0x72000104), new(0x1), "app-get-state");
    /// <summary>Arguments: region address, size.</summary>
    public static QseecomCall AppRegionNotification => new(new(0x72000105), new(0x22), "app-region-notification");
    /// <summary>Arguments: buffer address, length.</summary>
    public static QseecomCall RegisterLogBuffer => new(new(0x72000106), new(0x22), "register-log-buffer");
    /// <summary>Arguments as <see cref="AppStart"/>.</summary>
    public static QseecomCall LoadServicesImage => new(new(0x72000107), new(0x3), "load-services-image");
    /// <summary>No arguments.</summary>
    public static QseecomCall UnloadServicesImage => new(new(0x72000108), new(0x0), "unload-services-image");
    /// <summary>Arguments: listener id, buffer address, buffer length.</summary>
    public static QseecomCall ListenerRegister => new(new(0x72000201), new(0x83), "listener-register");
    /// <summary>Argument: listener id.</summary>
    public static QseecomCall ListenerDeregister => new(new(0x72000202), new(0x1), "listener-deregister");
    /// <summary>Arguments: listener id, status (0 or 0xFFFFFFFF).</summary>
    public static QseecomCall ListenerResponse => new(new(0x72000203), new(0x2), "listener-response");
    /// <summary>Argument: app id.</summary>
    public static QseecomCall ContinueBlocked => new(new(0x72000204), new(0x1), "continue-blocked");
    /// <summary>Arguments: listener id, status, table address, table length.</summary>
    public static QseecomCall ListenerResponseWithTable => new(new(0x72000205), new(0x204), "listener-response-sglist");
    /// <summary>Session form of <see cref="ListenerRegister"/>.</summary>
    public static QseecomCall ListenerRegisterSession => new(new(0x72000206), new(0x83), "listener-register-smcinvoke");
    /// <summary>Session form of <see cref="ContinueBlocked"/>; argument: session id.</summary>
    public static QseecomCall ContinueBlockedSession => new(new(0x72000207), new(0x1), "continue-blocked-smcinvoke");
    /// <summary>Arguments: app id, request address, request length, response address, response length.</summary>
    public static QseecomCall AppSend => new(new(0x70000001), new(SendArguments), "app-send");
    /// <summary>GlobalPlatform open; arguments as <see cref="AppSend"/>.</summary>
    public static QseecomCall GpOpenSession => new(new(0x70000002), new(SendArguments), "gp-open-session");
    /// <summary>GlobalPlatform close; arguments as <see cref="AppSend"/>.</summary>
    public static QseecomCall GpCloseSession => new(new(0x70000003), new(SendArguments), "gp-close-session");
    /// <summary>GlobalPlatform invoke; arguments as <see cref="AppSend"/>.</summary>
    public static QseecomCall GpInvoke => new(new(0x70000004), new(SendArguments), "gp-invoke");
    /// <summary>GlobalPlatform cancel; arguments as <see cref="AppSend"/>.</summary>
    public static QseecomCall GpCancel => new(new(0x70000005), new(SendArguments), "gp-cancel");
    /// <summary>As <see cref="AppSend"/>, then table address and table length.</summary>
    public static QseecomCall AppSendWithTable => new(new(0x70000006), new(SendWithTableArguments), "app-send-sglist");
    /// <summary>As <see cref="GpOpenSession"/>, then table address and table length.</summary>
    public static QseecomCall GpOpenSessionWithTable => new(new(0x70000007), new(SendWithTableArguments), "gp-open-session-sglist");
    /// <summary>As <see cref="GpInvoke"/>, then table address and table length.</summary>
    public static QseecomCall GpInvokeWithTable => new(new(0x70000009), new(SendWithTableArguments), "gp-invoke-sglist");

    /// <summary>True for a call to the secure OS that has to wait while an app is held (spec 08 section 9): every owner-50
    /// call except answers of listeners and continuations.</summary>
    public bool WaitsForHeldApps => Id.Owner == ScmOwner.SecureOs && !(Id.Service == 2 && Id.Command is 3 or 4 or 5 or 7);

    /// <summary>Finds the row of an id in either register width; fast forms are found as their yielding row.</summary>
    public static bool TryFind(ScmFunctionId id, out QseecomCall call)
    {
        call = default;
        if (!id.IsWellFormed)
        {
            return false;
        }
        call = id.In(ScmConvention.Smc64).AsYielding().Value switch
        {
            0x42000601 => IsCallAvailable,
            0x42000603 => FeatureVersion,
            0x42002402 => WaitQueueResume,
            0x72000101 => AppStart,
            0x72000102 => AppShutdown,
            0x72000103 => AppLookup,
            0x72000104 => AppGetState,
            0x72000105 => AppRegionNotification,
            0x72000106 => RegisterLogBuffer,
            0x72000107 => LoadServicesImage,
            0x72000108 => UnloadServicesImage,
            0x72000201 => ListenerRegister,
            0x72000202 => ListenerDeregister,
            0x72000203 => ListenerResponse,
            0x72000204 => ContinueBlocked,
            0x72000205 => ListenerResponseWithTable,
            0x72000206 => ListenerRegisterSession,
            0x72000207 => ContinueBlockedSession,
            0x70000001 => AppSend,
            0x70000002 => GpOpenSession,
            0x70000003 => GpCloseSession,
            0x70000004 => GpInvoke,
            0x70000005 => GpCancel,
            0x70000006 => AppSendWithTable,
            0x70000007 => GpOpenSessionWithTable,
            0x70000009 => GpInvokeWithTable,
            _ => default,
        };
        return call.Name is not null;
    }
}
