using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Testing;

/// <summary>The trusted application of the OP-TEE scenarios: each command asks something else of the normal world.</summary>
internal sealed class SisterTa(FaultInjector faults) : OpTeeApplication
{
    public const uint Add = 1, Fill = 2, Sleep = 3, Borrow = 4, Interrupts = 5, UntilCancelled = 6, Wait = 7, Notify = 8;

    public static readonly Guid Uuid = new("5157e200-0000-4000-8000-00000000000a");

    public override async ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
    {
        if (faults.Pass(FaultPoint.Application) is not null) throw new InvalidOperationException("a fault of the plan");
        switch (call.Function)
        {
            case Add:
                call.Value(1).A = call.Value(0).A + call.Value(0).B;
                return TeeResult.Success;
            case Fill:
                call.Memory(0).Write(0, Enumerable.Repeat((byte)call.Value(1).A, (int)call.Memory(0).Size).ToArray());
                return TeeResult.Success;
            case Sleep:
                return await call.SleepAsync((uint)call.Value(0).A);
            case Borrow:
                if (await call.AllocateSharedAsync(OpTeeSharedMemoryKind.Kernel, call.Value(0).A) is not { } room) return TeeResult.OutOfMemory;
                room.Write(room.Size - 1, [1]);
                return await call.FreeSharedAsync(room);
            case Interrupts:
                for (var i = 0ul; i < call.Value(0).A; i++) await call.InterruptAsync();
                return TeeResult.Success;
            case UntilCancelled:
                // Not for ever: where all threads are taken by others nothing can cancel it.
                for (var i = 0; i < 10 && !call.Cancellation.IsCancellationRequested; i++) await call.SleepAsync(10);
                return TeeResult.Cancel;
            case Wait:
                return await call.WaitAsync((uint)call.Value(0).A, 500);
            case Notify:
                return await call.NotifyAsync((uint)call.Value(0).A);
            default:
                return TeeResult.NotSupported;
        }
    }
}
