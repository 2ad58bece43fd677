using System.Buffers.Binary;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Tests.Interception;

/// <summary>A device that knows no secure world: it answers, echoes, blocks and counts.</summary>
internal sealed class TestDevice : ITeeDevice
{
    private int _opened;
    private int _closed;
    private int _abandoned;
    private int _interrupted;

    public int Opened => _opened;

    public int Closed => _closed;

    public int Abandoned => _abandoned;

    public int Interruptions => _interrupted;

    public ITeeFile? Open(ClientProcess client, out Errno refusal)
    {
        refusal = Errno.Ok;
        Assert.True(client.ProcessId > 0);
        return new TestFile(this, Interlocked.Increment(ref _opened));
    }

    private sealed class TestFile(TestDevice device, int number) : ITeeFile
    {
        private readonly Lock _gate = new();
        private readonly List<TeeCall> _waiting = [];
        private readonly ManualResetEventSlim _stall = new();

        public void Ioctl(TeeCall call)
        {
            switch (call.Request)
            {
                case TeeIoctl.Version: Version(call); break;
                case TeeIoctl.ShmAlloc: Allocate(call); break;
                case 0x8010A440: Echo(call); break;
                case 0x8010A441: Block(call, interruptible: true); break;
                case 0x8010A442: Block(call, interruptible: false); break;
                case 0x8010A443: ThreadPool.QueueUserWorkItem(_ => Wake(call)); break;
                case 0x8010A444: throw new InvalidOperationException("thrown on request");
                case 0x8010A445: call.Return(number); break;
                case 0x8010A446: lock (_gate) call.Return(_waiting.Count); break;
                case 0x8010A447: _stall.Wait(); call.Return(1); break;
                default: call.Fail(Errno.EINVAL); break;
            }
        }

        public void Interrupted(TeeCall call)
        {
            lock (_gate)
            {
                if (!_waiting.Remove(call)) return;
            }

            Interlocked.Increment(ref device._interrupted);
            call.Interrupt();
        }

        public void Abandoned(TeeCall call)
        {
            lock (_gate) _waiting.Remove(call);
            Interlocked.Increment(ref device._abandoned);
        }

        public void Close()
        {
            lock (_gate) Assert.Empty(_waiting);
            Interlocked.Increment(ref device._closed);
        }

        private static void Version(TeeCall call)
        {
            Span<byte> bytes = stackalloc byte[VersionData.SizeBytes];
            VersionData.Qtee.Write(bytes);
            if (call.TryWrite(call.Argument, bytes)) call.Return(0);
            else call.Fail(Errno.EFAULT);
        }

        private static void Echo(TeeCall call)
        {
            Span<byte> argument = stackalloc byte[BufferArgument.SizeBytes];
            Span<byte> bytes = stackalloc byte[TeeLimits.BlockBytesMax];
            if (!call.TryRead(call.Argument, argument))
            {
                call.Fail(Errno.EFAULT);
                return;
            }

            var length = BinaryPrimitives.ReadUInt64LittleEndian(argument[8..]);
            if (length > TeeLimits.BlockBytesMax)
            {
                call.Fail(Errno.EINVAL);
                return;
            }

            var address = BinaryPrimitives.ReadUInt64LittleEndian(argument);
            bytes = bytes[..(int)length];
            if (!call.TryRead(address, bytes)) call.Fail(Errno.EFAULT);
            else
            {
                foreach (ref var value in bytes) value++;
                if (call.TryWrite(address, bytes)) call.Return((long)length);
                else call.Fail(Errno.EFAULT);
            }
        }

        private static void Allocate(TeeCall call)
        {
            var memory = Descriptors.MemfdCreate("shm", Descriptors.MemfdCloseOnExec);
            _ = Descriptors.Truncate(memory, 8192);
            call.ReturnDescriptor(memory, closeOnExec: false);
            _ = Descriptors.Close(memory);
        }

        private void Block(TeeCall call, bool interruptible)
        {
            call.Interruptible = interruptible;
            lock (_gate) _waiting.Add(call);
        }

        private void Wake(TeeCall waker)
        {
            TeeCall[] waiting;
            lock (_gate)
            {
                waiting = [.. _waiting];
                _waiting.Clear();
            }

            _stall.Set();
            foreach (var call in waiting) call.Return(7);
            waker.Return(waiting.Length);
        }
    }
}
