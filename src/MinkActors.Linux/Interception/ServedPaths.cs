using System.Buffers.Binary;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>Finds the calls that name one of our paths: the device, and what sysfs says about it.</summary>
internal sealed unsafe class ServedPaths(string devicePath)
{
    private const int PathBytesMax = 4096;
    private const int ChunkBytes = 256;
    private const uint PageBytes = 4096;                 // the smallest page there is: a chunk never crosses into the next
    private const ulong OpenPathOnly = 0x200000;         // O_PATH

    // Absolute, empty-path and no-follow flags change nothing for a name that is matched lexically.
    private readonly ClientPath _device = new(devicePath);
    private readonly ClientPath _implementation = new($"/sys/class/tee/{devicePath[(devicePath.LastIndexOf('/') + 1)..]}/implementation_id");

    /// <summary>What to answer, or null when the call names nothing of ours.</summary>
    public PathAnswer? Intercept(ref readonly Seccomp.Notification notification, SystemCallTable table)
    {
        var number = notification.Call.Number;
        fixed (ulong* arguments = notification.Call.Arguments)
        {
            var thread = (int)notification.ThreadId;
            if (number == table.OpenAt) return Open(thread, (int)arguments[0], arguments[1], arguments[2]);
            if (number == table.Open) return Open(thread, Descriptors.AtFdCwd, arguments[0], arguments[1]);
            if (number == table.Creat) return Open(thread, Descriptors.AtFdCwd, arguments[0], 0);
            if (number == table.OpenAt2) return OpenAt2(thread, (int)arguments[0], arguments[1], arguments[2]);
            if (number == table.Access) return Check(thread, Descriptors.AtFdCwd, arguments[0]);
            if (number == table.FaccessAt || number == table.FaccessAt2) return Check(thread, (int)arguments[0], arguments[1]);
            if (number == table.Stat || number == table.Lstat) return Stat(thread, Descriptors.AtFdCwd, arguments[0], arguments[1]);
            if (number == table.NewFstatAt) return Stat(thread, (int)arguments[0], arguments[1], arguments[2]);
            if (number == table.Statx) return Statx(thread, (int)arguments[0], arguments[1], arguments[4]);
            return null;
        }
    }

    private PathAnswer? Open(int thread, int directory, ulong path, ulong flags)
    {
        if ((flags & OpenPathOnly) != 0) return null;
        return Match(thread, directory, path) switch
        {
            Served.Device => PathAnswer.OpenDevice((flags & Descriptors.CloseOnExec) != 0),
            Served.Implementation => PathAnswer.OpenText("4\n"u8, (flags & Descriptors.CloseOnExec) != 0),
            _ => null,
        };
    }

    private PathAnswer? OpenAt2(int thread, int directory, ulong path, ulong how)
    {
        Span<byte> flags = stackalloc byte[sizeof(ulong)];           // struct open_how begins with its flags
        return TryRead(thread, how, flags) ? Open(thread, directory, path, BinaryPrimitives.ReadUInt64LittleEndian(flags)) : null;
    }

    private PathAnswer? Check(int thread, int directory, ulong path) =>
        Match(thread, directory, path) == Served.Nothing ? null : PathAnswer.Exists;

    private PathAnswer? Stat(int thread, int directory, ulong path, ulong into) =>
        Match(thread, directory, path) == Served.Device ? PathAnswer.Describe(thread, into, DeviceStatus.Stat()) : null;

    private PathAnswer? Statx(int thread, int directory, ulong path, ulong into) =>
        Match(thread, directory, path) == Served.Device ? PathAnswer.Describe(thread, into, DeviceStatus.Statx()) : null;

    private Served Match(int thread, int directory, ulong address)
    {
        Span<byte> buffer = stackalloc byte[PathBytesMax];
        var length = 0;
        while (length < PathBytesMax)
        {
            var from = address + (ulong)length;
            var size = (int)Math.Min(Math.Min(ChunkBytes, PageBytes - (from % PageBytes)), (ulong)(PathBytesMax - length));
            if (!TryRead(thread, from, buffer.Slice(length, size))) return Served.Nothing;
            var end = buffer.Slice(length, size).IndexOf((byte)0);
            if (end < 0)
            {
                length += size;
                continue;
            }

            var named = buffer[..(length + end)];
            if (_device.IsNamedBy(named, thread, directory)) return Served.Device;
            return _implementation.IsNamedBy(named, thread, directory) ? Served.Implementation : Served.Nothing;
        }

        return Served.Nothing;                           // too long for the kernel too
    }

    // Not guarded by the notification's id: whatever is read only decides between our file and the kernel's own answer.
    private static bool TryRead(int thread, ulong address, Span<byte> into)
    {
        fixed (byte* local = into)
        {
            var to = new Processes.Segment { Address = (nuint)local, Length = (nuint)into.Length };
            var from = new Processes.Segment { Address = (nuint)address, Length = (nuint)into.Length };
            return Processes.ReadMemory(thread, &to, 1, &from, 1, 0) == into.Length;
        }
    }

    private enum Served
    {
        Nothing,
        Device,
        Implementation,
    }
}
