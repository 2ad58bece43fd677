using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Qsee;

/// <summary>uefisecapp as an application of the emulated QSEE (spec/08 section 11).</summary>
/// <param name="app">The application proper, with its fault hooks.</param>
public sealed class UefiQseeApp(UefiSecureApp app) : QseeApp
{
    /// <inheritdoc/>
    public override async ValueTask HandleAsync(QseeAppCall call)
    {
        // E10: the listener works before anything is changed; without it nothing is.
        if (app.WantsListener(call.Request.Span) && !(await call.AskListenerAsync(UefiSecureApp.ListenerId, [])).IsOk)
        {
            var refused = new byte[Math.Min(call.ResponseCapacity, UefiLimits.ResponseHeader(UefiCommand.SetVariable))];
            if (UefiResponseWriter.WriteStatus(refused, UefiCommand.SetVariable, EfiStatus.DeviceError) == 0) call.Fail();
            else call.Respond(refused);
            return;
        }
        var response = new byte[call.ResponseCapacity];
        var size = app.Handle(call.Request.Span, response);
        if (size == 0) call.Fail();
        else call.Respond(response.AsSpan(0, size));
    }
}
