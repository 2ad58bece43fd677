using MinkActors.Emulator.Qsee;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>An application that is its code.</summary>
internal sealed class CodeApp(Func<QseeAppCall, ValueTask> code) : QseeApp
{
    public override ValueTask HandleAsync(QseeAppCall call) => code(call);

    /// <summary>Asks a listener that many times, and answers what the last one wrote; fails when one does not answer.</summary>
    public static CodeApp Asking(uint listener, int times = 1) => new(async call =>
    {
        var last = "";
        for (var i = 0; i < times; i++)
        {
            var answer = await call.AskListenerAsync(listener, call.Request.Span);
            if (!answer.IsOk)
            {
                call.Respond(global::System.Text.Encoding.UTF8.GetBytes(answer.Outcome.ToString()));
                return;
            }
            last = global::System.Text.Encoding.UTF8.GetString(answer.Bytes.Span[..16]).TrimEnd('\0');
        }
        call.Respond(global::System.Text.Encoding.UTF8.GetBytes(last));
    });
}

/// <summary>A listener that is its code; writes "done" unless told otherwise.</summary>
internal sealed class CodeListener(Func<ListenerRequest, CancellationToken, ValueTask>? code = null) : IQseecomListener
{
    public int Requests { get; private set; }
    public int AtOnce { get; private set; }
    public int MostAtOnce { get; private set; }

    public async ValueTask HandleAsync(ListenerRequest request, CancellationToken cancellationToken)
    {
        Requests++;
        MostAtOnce = Math.Max(MostAtOnce, ++AtOnce);
        try
        {
            if (code is not null) await code(request, cancellationToken);
            else request.Write(0, "done\0"u8);
        }
        finally
        {
            AtOnce--;
        }
    }
}

/// <summary>Applications that ask one listener: <c>one</c> and <c>two</c> once, <c>thrice</c> three times.</summary>
internal static class AskingApps
{
    public const uint Listener = 0x2000;

    public static void Load(QseeOptions qsee) => qsee
        .Load("one", () => CodeApp.Asking(Listener))
        .Load("two", () => CodeApp.Asking(Listener))
        .Load("thrice", () => CodeApp.Asking(Listener, 3));
}
