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
/// <para>Between filter and exit the thread runs nothing that opens files: everything is compiled, resolved and allocated before, and the
/// calls are made through pointers. posix_spawn shares our memory until the exec (CLONE_VM | CLONE_VFORK) with all signals blocked, which is why it is safe
/// where fork is not.</para>
/// </remarks>
internal sealed unsafe class FilteredStart
{
    // Valid during RunFiltered only; they lie on its stack.
    private delegate* unmanaged<int, nuint, nuint, nuint, nuint, int> _control;
    private delegate* unmanaged<long, uint, uint, void*, long> _systemCall;
    private delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int> _spawn;
    private Seccomp.Program* _filter;
    private void* _actions;
    private void* _attributes;
    private byte** _arguments;
    private byte** _environment;

    private int _listener = -1;
    private int _process;
    private bool _killable;
    private string? _failure;
    private int _errno;

    /// <summary>Starts the command; its first system call is already filtered, so the listener must be served from now on.</summary>
    /// <exception cref="InterceptionException">The kernel refuses the filter, or the program cannot be started; says which and why.</exception>
    public static FilteredProcess Run(CommandToRun command, Seccomp.Instruction[] filter)
    {
        var start = new FilteredStart();
        start.RunFiltered(command, filter);
        if (start._failure is { } failure)
        {
            if (start._listener >= 0) _ = Descriptors.Close(start._listener);
            throw new InterceptionException(failure, (Errno)start._errno);
        }

        var pidFd = (int)Processes.SystemCall(Processes.PidFdOpenCall, start._process, 0, 0, 0);
        return new FilteredProcess(start._process, pidFd, start._listener, start._killable);
    }

    /// <summary>Prepares and cleans up on the caller's thread: what resolves a native name may open files, and nobody serves that yet.</summary>
    private void RunFiltered(CommandToRun command, Seccomp.Instruction[] filter)
    {
        var library = NativeLibrary.Load("libc", typeof(Seccomp).Assembly, null);
        var actions = stackalloc byte[Processes.SpawnObjectBytes];
        var attributes = stackalloc byte[Processes.SpawnObjectBytes];
        PrepareActions(actions, command);
        PrepareAttributes(attributes);
        var arguments = Strings([command.Program, .. command.Arguments]);
        var environment = Strings(command.Environment);
        fixed (Seccomp.Instruction* instructions = filter)
        {
            var program = new Seccomp.Program { Length = (ushort)filter.Length, Instructions = instructions };
            _control = (delegate* unmanaged<int, nuint, nuint, nuint, nuint, int>)NativeLibrary.GetExport(library, "prctl");
            _systemCall = (delegate* unmanaged<long, uint, uint, void*, long>)NativeLibrary.GetExport(library, "syscall");
            _spawn = (delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int>)NativeLibrary.GetExport(library, "posix_spawnp");
            _filter = &program;
            _actions = actions;
            _attributes = attributes;
            _arguments = arguments;
            _environment = environment;
            var thread = new Thread(FilterAndSpawn) { IsBackground = true, Name = "mink filtered start" };
            thread.Start();
            thread.Join();
        }

        Free(arguments);
        Free(environment);
        _ = Processes.ActionsDestroy(actions);
        _ = Processes.AttributesDestroy(attributes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void FilterAndSpawn()
    {
        if (_control(Processes.SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            Failed("Setting no_new_privs failed", Marshal.GetLastSystemError());
            return;
        }

        _killable = true;
        var flags = Seccomp.FilterFlagNewListener | Seccomp.FilterFlagWaitKillableRecv;
        _listener = (int)_systemCall(SystemCalls.Seccomp, Seccomp.SetModeFilter, flags, _filter);
        if (_listener < 0 && Marshal.GetLastSystemError() == (int)Errno.EINVAL)
        {
            _killable = false;               // before Linux 5.19: waits of intercepted calls end at any signal
            _listener = (int)_systemCall(SystemCalls.Seccomp, Seccomp.SetModeFilter, Seccomp.FilterFlagNewListener, _filter);
        }

        if (_listener < 0)
        {
            Failed("Installing the system call filter failed", Marshal.GetLastSystemError());
            return;
        }

        int process;
        var error = _spawn(&process, _arguments[0], _actions, _attributes, _arguments, _environment);
        if (error != 0) Failed("Starting the program failed", error);
        _process = process;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Failed(string what, int errno)
    {
        _failure = what;
        _errno = errno;
    }

    private static void PrepareActions(void* actions, CommandToRun command)
    {
        _ = Processes.ActionsInit(actions);
        if (command.WorkingDirectory is { } directory) _ = Processes.ActionsChangeDirectory(actions, directory);
        for (var number = 0; number < command.StandardDescriptors.Count; number++)
        {
            if (command.StandardDescriptors[number] is { } from) _ = Processes.ActionsDuplicate(actions, from, number);
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
}
