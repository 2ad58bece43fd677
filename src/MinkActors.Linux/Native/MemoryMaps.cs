using System.Runtime.InteropServices;

namespace MinkActors.Linux.Native;

/// <summary>sys/mman.h and the parts of fcntl.h that files in memory need.</summary>
internal static unsafe partial class MemoryMaps
{
    public const uint MemfdAllowSealing = 2;         // MFD_ALLOW_SEALING
    public const int ReadWriteProtection = 3;        // PROT_READ | PROT_WRITE
    public const int Shared = 1;                     // MAP_SHARED
    public const int AdviseRemove = 9;               // MADV_REMOVE
    public const int AddSeals = 1033;                // F_ADD_SEALS
    public const int SealSize = 1 | 2 | 4;           // F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW
    public const int SetLease = 1024;                // F_SETLEASE
    public const int WriteLease = 1;                 // F_WRLCK
    public const int NoLease = 2;                    // F_UNLCK

    /// <summary>(void *)-1.</summary>
    public static readonly byte* Failed = (byte*)-1;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial byte* Map(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(void* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int argument);
}
