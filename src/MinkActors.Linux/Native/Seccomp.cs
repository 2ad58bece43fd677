using System.Runtime.InteropServices;

namespace MinkActors.Linux.Native;

/// <summary>linux/seccomp.h, linux/filter.h: filters and user notification. Each call answers -1 with errno in the last P/Invoke error.</summary>
internal static unsafe partial class Seccomp
{
    public const uint SetModeFilter = 1;             // SECCOMP_SET_MODE_FILTER
    public const uint GetNotifSizes = 3;             // SECCOMP_GET_NOTIF_SIZES

    public const uint FilterFlagNewListener = 1 << 3;
    public const uint FilterFlagWaitKillableRecv = 1 << 5;      // Linux 5.19

    public const uint ReturnUserNotif = 0x7FC00000;
    public const uint ReturnAllow = 0x7FFF0000;

    public const nuint NotifRecv = 0xC0502100;
    public const nuint NotifSend = 0xC0182101;
    public const nuint NotifIdValid = 0x40082102;
    public const nuint NotifAddFd = 0x40182103;
    public const nuint NotifSetFlags = 0x40082104;              // Linux 6.6

    public const uint NotifFlagContinue = 1;                    // SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5
    public const ulong FdSyncWakeUp = 1;                        // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
    public const uint AddFdFlagSend = 1 << 1;                   // SECCOMP_ADDFD_FLAG_SEND, Linux 5.14

    /// <summary>struct seccomp_data: what a filter sees.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Data
    {
        public int Number;
        public uint Audit;
        public ulong InstructionPointer;
        public fixed ulong Arguments[6];
    }

    /// <summary>struct seccomp_notif.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Notification
    {
        public ulong Id;
        public uint ThreadId;
        public uint Flags;
        public Data Call;
    }

    /// <summary>struct seccomp_notif_resp; Error is a negative errno.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Response
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }

    /// <summary>struct seccomp_notif_addfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct AddFd
    {
        public ulong Id;
        public uint Flags;
        public uint SourceDescriptor;
        public uint NewDescriptor;
        public uint NewDescriptorFlags;
    }

    /// <summary>struct sock_filter: one instruction.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Instruction(ushort Code, byte JumpTrue, byte JumpFalse, uint K);

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Program
    {
        public ushort Length;
        public Instruction* Instructions;
    }

    /// <summary>struct seccomp_notif_sizes: what this kernel will write.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct NotifSizes
    {
        public ushort Notification;
        public ushort Response;
        public ushort Data;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long SystemCall(long number, uint operation, uint flags, void* argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int listener, nuint request, void* argument);

    internal static bool LayoutsFollowTheHeader() =>
        sizeof(Data) == 64 && sizeof(Notification) == 80 && sizeof(Response) == 24 && sizeof(AddFd) == 24
        && sizeof(Instruction) == 8 && sizeof(Program) == 16 && sizeof(NotifSizes) == 6;
}
