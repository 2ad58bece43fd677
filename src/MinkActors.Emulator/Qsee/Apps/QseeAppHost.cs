using MinkActors.Actors;

namespace MinkActors.Emulator.Qsee;

/// <summary>The actor of one loaded application: its code runs in these turns.</summary>
internal sealed class QseeAppHost(Actor kernel, QseeApp app) : Actor
{
    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Begin begin:
                var done = new Done(begin.Session);
                if (RunUserCode(static work => work.App.HandleAsync(work.Call), (App: app, begin.Session.Call), done)) kernel.Tell(done);
                break;
            case Done later: kernel.Tell(later); break;
        }
    }

    protected override void Stopped() => app.Unloaded();

    /// <summary>An app send for the application.</summary>
    internal sealed class Begin(QseeSession session) : Message
    {
        public QseeSession Session => session;
    }

    /// <summary>Its code has ended.</summary>
    internal sealed class Done(QseeSession session) : UserCodeDone
    {
        public QseeSession Session => session;
    }
}
