using System.Runtime.InteropServices;

namespace MinkActors.Linux.Native;

/// <summary>spawn.h, sys/uio.h, sys/prctl.h, sys/wait.h, signal.h: starting, reading and ending processes.</summary>
internal static unsafe partial class Processes
{
    public const int SetNoNewPrivileges = 38;        // PR_SET_NO_NEW_PRIVS
    public const short SpawnSetSignalDefaults = 4;   // POSIX_SPAWN_SETSIGDEF
    public const int SigPipe = 13;
    public const int SigKill = 9;
    public const int WaitExited = 4;                 // WEXITED
    public const int WaitByPidFd = 3;                // P_PIDFD
    public const int ChildExited = 1;                // CLD_EXITED
    public const long PidFdOpenCall = 434;           // the same on every machine
    public const long PidFdSendSignalCall = 424;

    /// <summary>glibc's posix_spawn_file_actions_t takes 80 bytes, musl's 80, spawnattr_t 336 at most; sigset_t 128.</summary>
    public const int SpawnObjectBytes = 512;
    public const int SignalSetBytes = 128;

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Segment
    {
        public nuint Address;
        public nuint Length;
    }

    /// <summary>The head of siginfo_t as waitid fills it: 128 bytes in all.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct ChildInfo
    {
        [FieldOffset(8)] public int Code;
        [FieldOffset(16)] public int ProcessId;
        [FieldOffset(24)] public int Status;
    }

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    public static partial nint ReadMemory(int process, Segment* local, nuint locals, Segment* remote, nuint remotes, nuint flags);

    [LibraryImport("libc", EntryPoint = "process_vm_writev", SetLastError = true)]
    public static partial nint WriteMemory(int process, Segment* local, nuint locals, Segment* remote, nuint remotes, nuint flags);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long SystemCall(long number, long a, long b, long c, long d);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    public static partial int WaitFor(int kind, int id, ChildInfo* info, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int ActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int ActionsDestroy(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int ActionsDuplicate(void* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ActionsChangeDirectory(void* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesSetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesSetDefaults(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int SignalsClear(void* signals);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    public static partial int SignalsAdd(void* signals, int signal);

    internal static bool LayoutsFollowTheHeader() => sizeof(Segment) == 16 && sizeof(ChildInfo) == 128;
}
