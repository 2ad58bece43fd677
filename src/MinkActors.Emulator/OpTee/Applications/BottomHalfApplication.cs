using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>The deferred work of interrupts, run like the one call of an application that no client can open.</summary>
internal sealed class BottomHalfApplication(Func<OpTeeCall, ValueTask> work) : OpTeeApplication
{
    public static OpTeeRegistration Registration { get; } = new(Guid.Empty, () => throw new InvalidOperationException("Made for each bottom half."), OpTeeApplicationTraits.None);

    public override async ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
    {
        await work(call);
        return TeeResult.Success;
    }
}
