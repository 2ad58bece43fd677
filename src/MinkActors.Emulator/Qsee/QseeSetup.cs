using MinkActors.Sisters.Qseecom;

namespace MinkActors.Emulator.Qsee;

/// <summary>Chooses the emulated QSEE as a QSEECOM system's other side.</summary>
public static class QseeSetup
{
    /// <summary>Runs an emulated QSEE in this process, as re-entrant as the system says it is. It keeps no secret from it.</summary>
    /// <param name="options">Of the system.</param>
    /// <param name="configure">Names applications and versions; without it uefisecapp is loaded, over memory.</param>
    public static QseecomOptions UseEmulatedQsee(this QseecomOptions options, Action<QseeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.UseSecureWorld((context, wake) =>
        {
            var qsee = new QseeOptions { ReentrancyPhase = options.ReentrancyPhase };
            if (configure is null) qsee.LoadUefi();
            else configure(qsee);
            return EmulatedQsee.Start(context, qsee, wake);
        });
    }
}
