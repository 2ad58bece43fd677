namespace MinkActors.Emulator.Qsee;

/// <summary>A trusted application of the emulated QSEE: one request, one response, and listeners to ask in between (spec/08).</summary>
/// <remarks>One call at a time; its code runs in turns of the application's own actor, also behind an <c>await</c>, and reaches
/// nothing of the normal world but the bytes it is given.</remarks>
public abstract class QseeApp
{
    /// <summary>Serves one app send. What it throws is answered FAILURE; the application lives on.</summary>
    public abstract ValueTask HandleAsync(QseeAppCall call);

    /// <summary>The application was taken away, or QSEE has ended. Called once, in its turns.</summary>
    public virtual void Unloaded()
    {
    }
}
