using System.Runtime.InteropServices;

namespace MinkActors.Linux.Abi;

/// <summary>Which addresses a program may name: the kernel's access_ok, which looks at the range and never touches it.</summary>
internal static class UserRange
{
    /// <summary>First address that is not user space: 47 bits less a page on x86-64, 48 bits on arm64 (Linux asm/processor.h, TASK_SIZE).</summary>
    internal static readonly ulong End = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? 1UL << 48
        : (1UL << 47) - 4096;

    /// <summary>Whether [address, address + size) lies in user space. A size of 0 passes with any user address.</summary>
    public static bool Holds(ulong address, ulong sizeBytes) => address <= End && sizeBytes <= End - address;
}
