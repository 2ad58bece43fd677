using System.Runtime.InteropServices;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>A call held by the kernel until it is answered through the listener.</summary>
/// <remarks>
/// <code>
/// idle ──Begin──► held ──(answered, abandoned)──► ended ──Begin──► held ...
/// </code>
/// Only a call that the serving thread itself has ended is begun again. One that waited, or that another thread ended, is left to the
/// collector: whoever still holds it finds it ended for ever.
/// </remarks>
internal sealed unsafe class InterceptedCall(Listener listener, WaitingCalls waiting) : TeeCall
{
    private const int Idle = 0;
    private const int Held = 1;
    private const int Ended = 2;

    private readonly ReadAhead _ahead = new();
    private bool _learned;
    private ulong _id;
    private int _state;
    private bool _waits;
    private int _endedOn;

    /// <summary>The file the call is on.</summary>
    public DeviceFile? File { get; private set; }

    /// <summary>How <see cref="Interrupt"/> ends the call: by what is known about the signal.</summary>
    public Errno InterruptedBy { get; set; } = Errno.EINTR;

    /// <summary>The last state a look for signals found; used by the looker only.</summary>
    public SignalState LastSignals { get; set; }

    public bool HasEnded => Volatile.Read(ref _state) == Ended;

    /// <summary>Whether this very thread has ended it, and so nobody else can still be at work on it.</summary>
    public bool HasEndedHere => HasEnded && _endedOn == Environment.CurrentManagedThreadId;

    /// <summary>Takes on a call that the file has counted in.</summary>
    public void Begin(ref readonly Seccomp.Notification notification, DeviceFile file, uint request, ulong argument)
    {
        _id = notification.Id;
        ThreadId = (int)notification.ThreadId;
        Request = request;
        Argument = argument;
        File = file;
        Interruptible = false;
        LastSignals = SignalState.None;
        _endedOn = 0;
        _learned = false;
        _ahead.Forget();
        Volatile.Write(ref _state, Held);
    }

    /// <summary>From now on the call waits and is watched; its end, whenever, takes it off the watch.</summary>
    public void Wait()
    {
        _waits = true;
        waiting.Add(this);
        if (HasEnded) waiting.Remove(this);          // answered between Ioctl's return and here
    }

    /// <summary>Whether the client's thread still stands in this very call.</summary>
    public bool IsHeldByKernel => listener.IsValid(_id);

    public override bool TryRead(ulong address, Span<byte> into)
    {
        if (into.IsEmpty) return true;
        if (HasEnded) return false;
        if (_ahead.TryServe(address, into)) return true;
        fixed (byte* local = into)
        {
            if (_ahead.Fits(ThreadId, Argument, address, into.Length)) return _ahead.Read(ThreadId, Argument, local) && IsHeldByKernel;
            if (!_learned && address != Argument) Learn(address, into.Length);
            var to = new Processes.Segment { Address = (nuint)local, Length = (nuint)into.Length };
            var from = new Processes.Segment { Address = (nuint)address, Length = (nuint)into.Length };

            // Checked after the access: still valid means that it was this thread's memory all the time.
            return Processes.ReadMemory(ThreadId, &to, 1, &from, 1, 0) == into.Length && IsHeldByKernel;
        }
    }

    public override bool TryWrite(ulong address, ReadOnlySpan<byte> from)
    {
        if (from.IsEmpty) return true;
        _ahead.Forget();

        // Checked before, so as not to write to a stranger that got the number. What was written to nobody, the answer finds out.
        if (HasEnded || !IsHeldByKernel) return false;
        fixed (byte* local = from)
        {
            var source = new Processes.Segment { Address = (nuint)local, Length = (nuint)from.Length };
            var target = new Processes.Segment { Address = (nuint)address, Length = (nuint)from.Length };
            return Processes.WriteMemory(ThreadId, &source, 1, &target, 1, 0) == from.Length;
        }
    }

    public override bool Return(long value)
    {
        if (!TryEnd()) return false;
        var delivered = listener.Answer(_id, value, Errno.Ok);
        Release();
        return delivered;
    }

    public override bool Fail(Errno errno)
    {
        if (!TryEnd()) return false;
        var delivered = listener.Answer(_id, 0, errno);
        Release();
        return delivered;
    }

    public override Errno ReturnDescriptor(int descriptor, bool closeOnExec)
    {
        if (!TryEnd()) return Errno.ENOENT;
        var error = listener.AnswerWithDescriptor(_id, descriptor, closeOnExec);
        Release();
        return error;
    }

    public override bool Interrupt() => Fail(InterruptedBy);

    /// <summary>Ends a call whose thread is gone, and tells the file. False: it had ended.</summary>
    public bool Abandon()
    {
        if (!TryEnd()) return false;
        File!.Abandoned(this);
        Release();
        return true;
    }

    private void Learn(ulong address, int length)
    {
        _learned = true;
        _ahead.Learn(ThreadId, Argument, address, length);
    }

    private bool TryEnd()
    {
        if (Interlocked.CompareExchange(ref _state, Ended, Held) != Held) return false;
        _endedOn = Environment.CurrentManagedThreadId;
        return true;
    }

    private void Release()
    {
        if (_waits) waiting.Remove(this);
        File!.Leave();
    }
}
