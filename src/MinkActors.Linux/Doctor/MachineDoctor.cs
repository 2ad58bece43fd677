using System.Runtime.InteropServices;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;
using MinkActors.Linux.Native;

namespace MinkActors.Linux;

/// <summary>Finds out what this machine can do: serve unmodified TEE clients, talk to a real device, compile test clients.</summary>
public static class MachineDoctor
{
    private const string Seccomp = "system call interception";
    private const string YamaPath = "/proc/sys/kernel/yama/ptrace_scope";
    private const string ActionsPath = "/proc/sys/kernel/seccomp/actions_avail";

    /// <summary>
    /// Looks at everything once. Starts the program <c>true</c> under interception as the only honest test of it, and opens the device if
    /// there is one. Never throws; takes well under a second. Any thread.
    /// </summary>
    public static IReadOnlyList<MachineFact> Examine()
    {
        var facts = new List<MachineFact>
        {
            new("machine", SystemCalls.IsKnownMachine ? FactState.Good : FactState.Missing,
                $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
                SystemCalls.IsKnownMachine ? null : "Interception is written for Linux on x86-64 and arm64; the emulator itself runs anywhere."),
            new("runtime", FactState.Information, RuntimeInformation.FrameworkDescription),
        };
        if (SystemCalls.IsKnownMachine)
        {
            AddKernel(facts, KernelVersion.Current);
            facts.Add(Actions());
            facts.Add(Trial());
            facts.Add(Yama(ReadOrEmpty(YamaPath)));
        }

        facts.Add(Device());
        facts.Add(Compiler());
        return facts;
    }

    /// <summary>What a kernel of this release lacks.</summary>
    internal static void AddKernel(List<MachineFact> facts, KernelVersion kernel)
    {
        var serves = kernel.ContinuesCalls && kernel.AnswersWithDescriptors;
        facts.Add(new("kernel", serves ? FactState.Good : FactState.Missing, kernel.Release.ToString(),
            serves ? null : "Linux 5.14 or newer is needed: earlier ones cannot hand a descriptor to a client as the result of its call."));
        if (!serves) return;
        facts.Add(kernel.WaitsKillably
            ? new("signals during invocations", FactState.Good, "held back until the invocation ends, as by the driver")
            : new("signals during invocations", FactState.Limited, "a signal makes OBJECT_INVOKE fail with EINTR",
                "Linux 5.19 or newer keeps signals out of invocations."));
        facts.Add(kernel.WakesSynchronously
            ? new("hand-over of the processor", FactState.Good, "an intercepted call costs about 5 us")
            : new("hand-over of the processor", FactState.Limited, "an intercepted call costs up to 45 us",
                "Linux 6.6 or newer switches to the woken thread directly; before that, `taskset -c 0 mink run ...` does the same."));
    }

    /// <summary>How far the Yama module lets us into our clients' memory.</summary>
    internal static MachineFact Yama(string scope) => scope.Trim() switch
    {
        "" or "0" => new("access to client memory", FactState.Good, "unrestricted for programs of the same user"),
        "1" => new("access to client memory", FactState.Limited, "only for descendants: a client that detaches from its parent cannot be served",
            $"echo 0 | sudo tee {YamaPath}"),
        _ => new("access to client memory", FactState.Missing, $"forbidden by {YamaPath} = {scope.Trim()}",
            $"echo 0 | sudo tee {YamaPath} (3 cannot be lowered before a restart), or run mink with CAP_SYS_PTRACE"),
    };

    private static MachineFact Actions() => ReadOrEmpty(ActionsPath).Contains("user_notif", StringComparison.Ordinal)
        ? new("seccomp user notification", FactState.Good, "offered by the kernel")
        : new("seccomp user notification", FactState.Missing, $"not in {ActionsPath}",
            "The kernel needs CONFIG_SECCOMP_FILTER; in a container, /proc must be readable and the seccomp profile must allow seccomp().");

    private static MachineFact Trial()
    {
        try
        {
            using var command = InterceptedCommand.Start(new CommandToRun { Program = "true" }, new NoDevice(), new InterceptionOptions());
            return new(Seccomp, FactState.Good, $"a program was started under it (killable waits: {YesNo(command.HoldsSignalsBack)}, " +
                $"synchronous wake-up: {YesNo(command.WakesSynchronously)})");
        }
        catch (InterceptionException refusal)
        {
            return new(Seccomp, FactState.Missing, refusal.Message, (Errno)refusal.ErrorNumber == Errno.EBUSY
                ? "Run mink outside the other supervisor."
                : "In a container, allow seccomp() and seccomp listeners in its profile (Docker: --security-opt seccomp=unconfined).");
        }
    }

    private static MachineFact Device()
    {
        const string Path = "/dev/tee0";
        if (!File.Exists(Path)) return new("real device", FactState.Information, $"no {Path}: the emulator stands in for it");
        try
        {
            using var device = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite);
            return Version(device.DangerousGetHandle().ToInt32()) is { } version
                ? new("real device", FactState.Information, $"{Path}: implementation {version.ImplementationId}" +
                    (version.ImplementationId == VersionData.QteeImplementation ? " (QTEE)" : " (not QTEE: unusable for MinkIPC)"))
                : new("real device", FactState.Information, $"{Path} does not answer TEE_IOC_VERSION");
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return new("real device", FactState.Information, $"{Path} cannot be opened: {refusal.Message}", "Give your user access to the node (udev rule or group).");
        }
    }

    private static unsafe VersionData? Version(int device)
    {
        var bytes = stackalloc byte[VersionData.SizeBytes];
        return Native.Seccomp.Ioctl(device, TeeIoctl.Version, bytes) == 0 ? VersionData.Read(new ReadOnlySpan<byte>(bytes, VersionData.SizeBytes)) : null;
    }

    private static MachineFact Compiler()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "cc")).FirstOrDefault(File.Exists);
        return found is not null
            ? new("C compiler", FactState.Information, found)
            : new("C compiler", FactState.Information, "none: tests with real clients will test nothing", "Install gcc or clang (Debian: apt install gcc libc6-dev).");
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string YesNo(bool value) => value ? "yes" : "no";

    /// <summary>For a trial that opens nothing.</summary>
    private sealed class NoDevice : ITeeDevice
    {
        public ITeeFile? Open(ClientProcess client, out Errno refusal)
        {
            refusal = Errno.ENODEV;
            return null;
        }
    }
}
