using System.Runtime.InteropServices;

namespace MinkActors.Linux.Native;

/// <summary>unistd.h, fcntl.h, sys/socket.h, sys/stat.h, sys/mman.h, sys/eventfd.h, poll.h, sys/epoll.h: descriptors and waiting on them.</summary>
internal static unsafe partial class Descriptors
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int AccessModeMask = 3;
    public const int CloseOnExec = 0x80000;          // O_CLOEXEC, SOCK_CLOEXEC, EPOLL_CLOEXEC, EFD_CLOEXEC
    public const int UnixFamily = 1;                 // AF_UNIX
    public const int StreamSocket = 1;               // SOCK_STREAM
    public const int ShutReceive = 0;                // SHUT_RD
    public const int AtFdCwd = -100;
    public const uint StatxIno = 0x100;
    public const uint StatxUid = 0x8;
    public const uint MemfdCloseOnExec = 1;          // MFD_CLOEXEC

    public const short PollIn = 1;
    public const short PollHup = 0x10;
    public const uint EpollHup = 0x10;
    public const uint EpollIn = 1;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>The head of struct statx, which is the same on every machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxData
    {
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(int descriptor, void* into, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* into, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* from, nuint count);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(int descriptor, void* from, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    public static partial nint ReadLink(byte* path, byte* into, nuint count);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    public static partial int SocketPair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(int directory, byte* path, int flags, uint mask, StatxData* data);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    /// <summary>struct epoll_event is packed on x86-64 only (12 bytes, data at 4; elsewhere 16, data at 8), hence the raw pointer.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, void* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* events, int eventsMax, int timeoutMs);

    public static int EpollEventBytes { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    public static int EpollDataOffset => EpollEventBytes - sizeof(ulong);

    internal static bool LayoutsFollowTheHeader() => sizeof(PollEntry) == 8 && sizeof(StatxData) == 256;
}
