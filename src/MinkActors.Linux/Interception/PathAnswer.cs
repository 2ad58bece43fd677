using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>What to tell a client about a path of ours.</summary>
internal sealed class PathAnswer
{
    private byte[]? _text;
    private byte[]? _status;
    private ulong _into;
    private int _thread;

    private PathAnswer()
    {
    }

    /// <summary>It is there.</summary>
    public static PathAnswer Exists { get; } = new();

    private static PathAnswer OpenedOverExec { get; } = new() { OpensDevice = true, CloseOnExec = true };

    private static PathAnswer Opened { get; } = new() { OpensDevice = true };

    /// <summary>Whether the call opens the device; the server makes the file.</summary>
    public bool OpensDevice { get; private init; }

    public bool CloseOnExec { get; private init; }

    public static PathAnswer OpenDevice(bool closeOnExec) => closeOnExec ? OpenedOverExec : Opened;

    /// <summary>A readable file with this content.</summary>
    public static PathAnswer OpenText(ReadOnlySpan<byte> text, bool closeOnExec) => new() { _text = text.ToArray(), CloseOnExec = closeOnExec };

    /// <summary>A status structure, written where the client wants it.</summary>
    public static PathAnswer Describe(int thread, ulong into, byte[] status) => new() { _status = status, _into = into, _thread = thread };

    public void Send(Listener listener, ulong id)
    {
        if (_text is not null) SendText(listener, id, _text);
        else if (_status is not null) SendStatus(listener, id, _status);
        else listener.Answer(id, 0, Errno.Ok);
    }

    private unsafe void SendText(Listener listener, ulong id, byte[] text)
    {
        var memory = Descriptors.MemfdCreate("mink sysfs", Descriptors.MemfdCloseOnExec);
        if (memory < 0)
        {
            listener.Answer(id, 0, Errno.ENFILE);
            return;
        }

        // Positioned at the start for the client: writing by offset does not move it.
        fixed (byte* from = text) _ = Descriptors.WriteAt(memory, from, (nuint)text.Length, 0);
        listener.AnswerWithDescriptor(id, memory, CloseOnExec);
        _ = Descriptors.Close(memory);
    }

    private unsafe void SendStatus(Listener listener, ulong id, byte[] status)
    {
        if (!listener.IsValid(id)) return;
        nint written;
        fixed (byte* local = status)
        {
            var from = new Processes.Segment { Address = (nuint)local, Length = (nuint)status.Length };
            var to = new Processes.Segment { Address = (nuint)_into, Length = (nuint)status.Length };
            written = Processes.WriteMemory(_thread, &from, 1, &to, 1, 0);
        }

        listener.Answer(id, 0, written == status.Length ? Errno.Ok : Errno.EFAULT);
    }
}

/// <summary>The device node as stat and statx describe it: a character device anybody may use.</summary>
internal static class DeviceStatus
{
    private const ushort Mode = 0x2000 | 0x1B6;          // S_IFCHR | 0666
    private const uint Major = 10;                       // a plausible number; the real one is given out when the driver starts
    private const uint BlockBytes = 4096;

    /// <summary>struct stat of this machine's own convention.</summary>
    public static byte[] Stat()
    {
        var arm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var status = new byte[arm64 ? 128 : 144];
        var (mode, links, device, block) = arm64 ? (16, 20, 32, 56) : (24, 16, 40, 56);
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(mode), Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(links), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(status.AsSpan(device), (ulong)Major << 8);
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(block), BlockBytes);
        return status;
    }

    /// <summary>struct statx, the same everywhere.</summary>
    public static byte[] Statx()
    {
        var status = new byte[256];
        BinaryPrimitives.WriteUInt32LittleEndian(status, 0x7FF);                     // STATX_BASIC_STATS
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(4), BlockBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(16), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(status.AsSpan(28), Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(128), Major);
        return status;
    }
}
