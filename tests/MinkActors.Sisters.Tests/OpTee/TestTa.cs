using System.Text;
using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>Does one thing per command.</summary>
internal sealed class TestTa : OpTeeApplication
{
    public const uint Add = 1, Upper = 2, Wait = 3, Notify = 4, Sleep = 5, Time = 6, Interrupts = 7, Borrow = 8, Panic = 9, AskFile = 10,
        UntilCancelled = 11, OddReturn = 12, Fail = 13, Fill = 14, Count = 15, BorrowAndKeep = 16, Both = 17, Rpc = 18, Raise = 19;

    public static readonly Guid Uuid = new("8aaaf200-2450-11e4-abe2-0002a5d5c51b");
    public static readonly Guid Shared = new("8aaaf201-2450-11e4-abe2-0002a5d5c51b");
    public static readonly Guid Single = new("8aaaf202-2450-11e4-abe2-0002a5d5c51b");
    public static readonly Guid FromFile = new("8aaaf203-2450-11e4-abe2-0002a5d5c51b");

    private int _calls;
    private int _inside;

    public override ValueTask<TeeResult> OpenSessionAsync(OpTeeCall call)
    {
        if (call.TypeOf(0) == OpTeeParameterType.ValueInput && call.Value(0).A == 99) return new(TeeResult.AccessDenied);
        call.State = call.TypeOf(0) == OpTeeParameterType.ValueInput ? call.Value(0).A : 0ul;
        return new(TeeResult.Success);
    }

    public override async ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
    {
        _calls++;
        if (++_inside != 1) throw new InvalidOperationException("two calls inside one instance");
        try
        {
            return await Serve(call);
        }
        finally
        {
            _inside--;
        }
    }

    private async ValueTask<TeeResult> Serve(OpTeeCall call)
    {
        switch (call.Function)
        {
            case Add:
                (call.Value(1).A, call.Value(1).B) = (call.Value(0).A + call.Value(0).B, (ulong)call.State!);
                return TeeResult.Success;
            case Upper:
                return call.Memory(1).Answer(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(call.Memory(0).ToArray()).ToUpperInvariant()));
            case Wait:
                return await call.WaitAsync((uint)call.Value(0).A, (uint)call.Value(0).B);
            case Notify:
                return await call.NotifyAsync((uint)call.Value(0).A);
            case Sleep:
                return await call.SleepAsync((uint)call.Value(0).A);
            case Time:
                (call.Value(0).A, call.Value(0).B) = await call.GetTimeAsync();
                return TeeResult.Success;
            case Interrupts:
                for (var i = 0ul; i < call.Value(0).A; i++) await call.InterruptAsync();
                return TeeResult.Success;
            case Borrow:
                if (await call.AllocateSharedAsync((OpTeeSharedMemoryKind)call.Value(0).A, call.Value(0).B) is not { } room) return TeeResult.OutOfMemory;
                room.Write(room.Size - 4, [1, 2, 3, 4]);
                return await call.FreeSharedAsync(room);
            case BorrowAndKeep:
                return await call.AllocateSharedAsync(OpTeeSharedMemoryKind.Kernel, call.Value(0).A) is null ? TeeResult.OutOfMemory : TeeResult.Success;
            case Panic:
                throw new InvalidOperationException("as asked");
            case AskFile:
                return await AskFileAsync(call);
            case UntilCancelled:
                while (!call.Cancellation.IsCancellationRequested) await call.SleepAsync(10);
                return TeeResult.Cancel;
            case OddReturn:
                await call.ReturnAsync((ushort)call.Value(0).A);
                return TeeResult.Success;
            case Fail:
                return (TeeResult)call.Value(0).A;
            case Fill:
                var memory = call.Memory(0);
                memory.Write(0, Enumerable.Repeat((byte)call.Value(1).A, (int)memory.Size).ToArray());
                return TeeResult.Success;
            case Count:
                call.Value(0).A = (ulong)_calls;
                return TeeResult.Success;
            case Both:
                await Task.WhenAll(call.SleepAsync(5).AsTask(), call.InterruptAsync().AsTask(), call.GetTimeAsync().AsTask());
                return TeeResult.Success;
            case Raise:
                call.Raise((uint)call.Value(0).A);
                return TeeResult.Success;
            case Rpc:
                var answer = await call.AskAsync((OpTeeRpcCommand)call.Value(0).A, call.Value(0).B == 0 ? [] : [OpTeeParameter.Value(OpTeeParameterType.ValueInput, call.Value(0).B)]);
                call.Value(1).A = (ulong)answer.Result;
                return TeeResult.Success;
            default:
                return TeeResult.NotSupported;
        }
    }

    /// <summary>Writes what it is given into a file, and reads it back.</summary>
    private static async ValueTask<TeeResult> AskFileAsync(OpTeeCall call)
    {
        var bytes = call.Memory(0).ToArray();
        var shared = await call.AllocateSharedAsync(OpTeeSharedMemoryKind.Application, 8192);
        if (shared is null) return TeeResult.OutOfMemory;
        shared.Write(0, "name\0"u8);
        shared.Write(4096, bytes);
        var created = await call.AskAsync(OpTeeRpcCommand.FileSystem, Sub(OpTeeFileCommand.Create), shared.As(OpTeeParameterType.RegisteredInput, 5), OpTeeParameter.Value(OpTeeParameterType.ValueOutput));
        if (created.Result != TeeResult.Success) return created.Result;
        var handle = created.Parameters[2].A;
        var written = await call.AskAsync(OpTeeRpcCommand.FileSystem, Sub(OpTeeFileCommand.Write, handle), shared.As(OpTeeParameterType.RegisteredInput, (ulong)bytes.Length, 4096));
        var read = await call.AskAsync(OpTeeRpcCommand.FileSystem, Sub(OpTeeFileCommand.Read, handle), shared.As(OpTeeParameterType.RegisteredOutput, 4096));
        await call.AskAsync(OpTeeRpcCommand.FileSystem, Sub(OpTeeFileCommand.Close, handle));
        var back = new byte[read.Parameters[1].ByteSize];
        shared.Read(0, back);
        await call.FreeSharedAsync(shared);
        return written.Result == TeeResult.Success && read.Result == TeeResult.Success ? call.Memory(1).Answer(back) : TeeResult.Generic;
    }

    private static OpTeeParameter Sub(OpTeeFileCommand command, ulong b = 0, ulong c = 0) => OpTeeParameter.Value(OpTeeParameterType.ValueInput, (ulong)command, b, c);
}
