using System.Runtime.InteropServices;

namespace MinkActors.Linux.Native;

/// <summary>signal.h: taking a thread out of a system call that waits.</summary>
internal static unsafe partial class Threads
{
    /// <summary>A real-time signal that neither libc nor .NET uses.</summary>
    private const int Signal = 45;
    private const int ActionBytes = 152;             // struct sigaction of glibc and musl: handler, mask of 128 bytes, flags, restorer

    private static readonly Lazy<bool> _handler = new(InstallHandler);

    /// <summary>The calling thread, for <see cref="Interrupt"/>.</summary>
    public static nint Self => GetSelf();

    /// <summary>Makes the thread's system call, if it waits in one, return EINTR. The thread must not have ended.</summary>
    public static void Interrupt(nint thread)
    {
        if (_handler.Value) _ = Kill(thread, Signal);
    }

    /// <summary>
    /// A handler must exist, without SA_RESTART, and must do nothing at an arbitrary moment: no managed code may run there. libc's abs
    /// takes an int, returns, and touches nothing.
    /// </summary>
    private static bool InstallHandler()
    {
        var action = stackalloc byte[ActionBytes];
        new Span<byte>(action, ActionBytes).Clear();
        if (!NativeLibrary.TryGetExport(NativeLibrary.Load("libc.so.6"), "abs", out var handler)) return false;
        *(nint*)action = handler;
        return SetAction(Signal, action, null) == 0;
    }

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nint GetSelf();

    [LibraryImport("libc", EntryPoint = "pthread_kill")]
    private static partial int Kill(nint thread, int signal);

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int SetAction(int signal, void* action, void* old);
}
