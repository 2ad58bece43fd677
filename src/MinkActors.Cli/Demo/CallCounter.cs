using MinkActors.Protocol;

namespace MinkActors.Cli.Demo;

/// <summary>The callback object of the demonstration: adds what it is sent to a running count.</summary>
internal sealed class CallCounter : IMinkObject
{
    public int Calls { get; private set; }

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        Calls++;
        return ValueTask.FromResult(ResultCode.Ok);
    }
}
