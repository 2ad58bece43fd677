using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Stands for an image whose code nobody wrote: loads, and answers NOT_SUPPORTED to everything (spec/04 section 5.3).</summary>
internal sealed class UnimplementedApplication : TrustedApplication
{
    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new AppObject();

    internal sealed class AppObject : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => new(IOpener.Errors.NotSupported);
    }
}
