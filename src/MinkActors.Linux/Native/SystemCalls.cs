using System.Runtime.InteropServices;

namespace MinkActors.Linux.Native;

/// <summary>The numbers that differ between machines: system calls, and the word a filter sees for the calling convention.</summary>
internal static class SystemCalls
{
    /// <summary>Whether this machine is one that interception knows: x86-64 or arm64 under Linux.</summary>
    public static bool IsKnownMachine =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>The convention of programs built for this machine.</summary>
    public static SystemCallTable Native { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? SystemCallTable.Arm64
        : SystemCallTable.X64;

    /// <summary>The convention of 32-bit programs on this machine; they use the same ioctl numbers and layouts (spec/03 section 1).</summary>
    public static SystemCallTable Compatible { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? SystemCallTable.Arm
        : SystemCallTable.I386;

    internal static int Seccomp { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 277 : 317;
}

/// <summary>
/// What one calling convention calls the system calls that interception looks at; 0 where it has none. Sources: asm/unistd_64.h,
/// asm/unistd_32.h, asm-generic/unistd.h, arm asm/unistd-eabi.h; audit words of linux/audit.h.
/// </summary>
internal sealed record SystemCallTable(uint Audit)
{
    public int Ioctl { get; private init; }
    public int Open { get; private init; }
    public int Creat { get; private init; }
    public int OpenAt { get; private init; }
    public int OpenAt2 { get; private init; }
    public int Access { get; private init; }
    public int FaccessAt { get; private init; }
    public int FaccessAt2 { get; private init; }
    public int Stat { get; private init; }
    public int Lstat { get; private init; }
    public int NewFstatAt { get; private init; }
    public int Statx { get; private init; }

    public static SystemCallTable X64 { get; } = new(0xC000003E)
    {
        Ioctl = 16, Open = 2, Creat = 85, OpenAt = 257, OpenAt2 = 437,
        Access = 21, FaccessAt = 269, FaccessAt2 = 439, Stat = 4, Lstat = 6, NewFstatAt = 262, Statx = 332,
    };

    // Stat of 32-bit programs is left alone: three layouts of struct stat for programs that nobody has.
    public static SystemCallTable I386 { get; } = new(0x40000003)
    {
        Ioctl = 54, Open = 5, Creat = 8, OpenAt = 295, OpenAt2 = 437, Access = 33, FaccessAt = 307, FaccessAt2 = 439, Statx = 383,
    };

    public static SystemCallTable Arm64 { get; } = new(0xC00000B7)
    {
        Ioctl = 29, OpenAt = 56, OpenAt2 = 437, FaccessAt = 48, FaccessAt2 = 439, NewFstatAt = 79, Statx = 291,
    };

    public static SystemCallTable Arm { get; } = new(0x40000028)
    {
        Ioctl = 54, Open = 5, Creat = 8, OpenAt = 322, OpenAt2 = 437, Access = 33, FaccessAt = 334, FaccessAt2 = 439, Statx = 397,
    };
}
