using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>A program that has just been started under a filter. The descriptors are close-on-exec and the caller's.</summary>
internal readonly record struct FilteredProcess(int ProcessId, int PidFd, int Listener, bool KillableWaits);

/// <summary>
/// Starts a program with a filter on it, without forking managed code and without a launcher process: filters belong to threads and are
/// inherited by what a thread spawns. So a thread made for this puts the filter on itself, spawns the program, and ends; the filter lives on
/// in the program and all its descendants, and the listener is ours from the start.
/// </summary>
/// <remarks>
/// <para>Considered instead: starting ourselves again as a launcher that filters itself and then replaces itself. It costs a second start of
/// the runtime, and the client inherits what the runtime changed in its process: ignored SIGPIPE, environment, stray files in /tmp.</para>
/// <para>Between filter and exit the thread runs nothing that opens files: everything is compiled and resolved before, the calls are made
/// through pointers. posix_spawn shares our memory until the exec (CLONE_VM | CLONE_VFORK) with all signals blocked, which is why it is safe
/// where fork is not.</para>
/// </remarks>
internal sealed unsafe class FilteredStart
{
    private readonly Seccomp.Instruction[] _filter;
    private readonly CommandToRun _command;
    private int _listener = -1;
    private int _process;
    private bool _killable;
    private string? _failure;
    private int _errno;

    private FilteredStart(CommandToRun command, Seccomp.Instruction[] filter)
    {
        _command = command;
        _filter = filter;
    }

    /// <summary>Starts the command; its first system call is already filtered, so the listener must be served from now on.</summary>
    /// <exception cref="InterceptionException">The kernel refuses the filter, or the program cannot be started; says which and why.</exception>
    public static FilteredProcess Run(CommandToRun command, Seccomp.Instruction[] filter)
    {
        var start = new FilteredStart(command, filter);
        var thread = new Thread(start.Prepare) { IsBackground = true, Name = "mink filtered start" };
        thread.Start();
        thread.Join();
        if (start._failure is { } failure)
        {
            if (start._listener >= 0) _ = Descriptors.Close(start._listener);
            throw new InterceptionException(failure, (Errno)start._errno);
        }

        var pidFd = (int)Processes.SystemCall(Processes.PidFdOpenCall, start._process, 0, 0, 0);
        return new FilteredProcess(start._process, pidFd, start._listener, start._killable);
    }

    private void Prepare()
    {
        var library = NativeLibrary.Load("libc", typeof(Seccomp).Assembly, null);
        var calls = new Calls(
            (delegate* unmanaged<int, nuint, nuint, nuint, nuint, int>)NativeLibrary.GetExport(library, "prctl"),
            (delegate* unmanaged<long, uint, uint, void*, long>)NativeLibrary.GetExport(library, "syscall"),
            (delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int>)NativeLibrary.GetExport(library, "posix_spawnp"));
        var actions = stackalloc byte[Processes.SpawnObjectBytes];
        var attributes = stackalloc byte[Processes.SpawnObjectBytes];
        PrepareActions(actions);
        PrepareAttributes(attributes);
        var arguments = Strings([_command.Program, .. _command.Arguments]);
        var environment = Strings(_command.Environment);
        var program = Marshal.StringToCoTaskMemUTF8(_command.Program);
        try
        {
            fixed (Seccomp.Instruction* instructions = _filter)
            {
                var filter = new Seccomp.Program { Length = (ushort)_filter.Length, Instructions = instructions };
                FilterAndSpawn(calls, &filter, (byte*)program, actions, attributes, arguments, environment);
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(program);
            Free(arguments);
            Free(environment);
            _ = Processes.ActionsDestroy(actions);
            _ = Processes.AttributesDestroy(attributes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void FilterAndSpawn(
        in Calls calls, Seccomp.Program* filter, byte* program, void* actions, void* attributes, byte** arguments, byte** environment)
    {
        if (calls.Control(Processes.SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            Failed("Setting no_new_privs failed", Marshal.GetLastSystemError());
            return;
        }

        _killable = true;
        var flags = Seccomp.FilterFlagNewListener | Seccomp.FilterFlagWaitKillableRecv;
        _listener = (int)calls.SystemCall(SystemCalls.Seccomp, Seccomp.SetModeFilter, flags, filter);
        if (_listener < 0 && Marshal.GetLastSystemError() == (int)Errno.EINVAL)
        {
            _killable = false;               // before Linux 5.19: waits of intercepted calls end at any signal
            _listener = (int)calls.SystemCall(SystemCalls.Seccomp, Seccomp.SetModeFilter, Seccomp.FilterFlagNewListener, filter);
        }

        if (_listener < 0)
        {
            Failed("Installing the system call filter failed", Marshal.GetLastSystemError());
            return;
        }

        int process;
        var error = calls.Spawn(&process, program, actions, attributes, arguments, environment);
        if (error != 0) Failed("Starting the program failed", error);
        _process = process;
    }

    private void Failed(string what, int errno)
    {
        _failure = what;
        _errno = errno;
    }

    private void PrepareActions(void* actions)
    {
        _ = Processes.ActionsInit(actions);
        if (_command.WorkingDirectory is { } directory) _ = Processes.ActionsChangeDirectory(actions, directory);
        for (var number = 0; number < _command.StandardDescriptors.Count; number++)
        {
            if (_command.StandardDescriptors[number] is { } from) _ = Processes.ActionsDuplicate(actions, from, number);
        }
    }

    private static void PrepareAttributes(void* attributes)
    {
        // The runtime ignores SIGPIPE for itself, and what is ignored stays ignored across exec.
        var signals = stackalloc byte[Processes.SignalSetBytes];
        _ = Processes.SignalsClear(signals);
        _ = Processes.SignalsAdd(signals, Processes.SigPipe);
        _ = Processes.AttributesInit(attributes);
        _ = Processes.AttributesSetDefaults(attributes, signals);
        _ = Processes.AttributesSetFlags(attributes, Processes.SpawnSetSignalDefaults);
    }

    private static byte** Strings(IReadOnlyList<string> values)
    {
        var strings = (byte**)NativeMemory.AllocZeroed((nuint)values.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < values.Count; i++) strings[i] = (byte*)Marshal.StringToCoTaskMemUTF8(values[i]);
        return strings;
    }

    private static void Free(byte** strings)
    {
        for (var next = strings; *next != null; next++) Marshal.FreeCoTaskMem((nint)(*next));
        NativeMemory.Free(strings);
    }

    private readonly struct Calls(
        delegate* unmanaged<int, nuint, nuint, nuint, nuint, int> control,
        delegate* unmanaged<long, uint, uint, void*, long> systemCall,
        delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int> spawn)
    {
        public readonly delegate* unmanaged<int, nuint, nuint, nuint, nuint, int> Control = control;
        public readonly delegate* unmanaged<long, uint, uint, void*, long> SystemCall = systemCall;
        public readonly delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int> Spawn = spawn;
    }
}
