using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace MinkActors.Linux.Tests.Interception;

/// <summary>C programs that act as clients of the device, compiled by the system's cc when a test needs them.</summary>
internal static class ClientProgram
{
    // alarm: a client that hangs ends by itself and fails its test, so tests need no clock of their own. A child inherits none.
    // signal: who starts the tests in the background of a shell starts them deaf to these two.
    private const string Prelude = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <pthread.h>
        #include <sched.h>
        #include <signal.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>
        #define VERSION 0x800CA400u
        #define SHM_ALLOC 0xC010A401u
        #define ECHO 0x8010A440u
        #define BLOCK 0x8010A441u
        #define BLOCK_HARD 0x8010A442u
        #define WAKE 0x8010A443u
        #define THROW 0x8010A444u
        #define FILE_NUMBER 0x8010A445u
        #define WAITING 0x8010A446u
        #define STALL 0x8010A447u
        static int dev(void) { return open("/dev/tee0", O_RDWR); }
        static void until_waiting(int fd, int n) { while (ioctl(fd, WAITING, 0) != n) sched_yield(); }
        static void say(const char *what, long value) { printf("%s %ld %d\n", what, value, value < 0 ? errno : 0); fflush(stdout); }
        static void bound(void) { alarm(60); }
        __attribute__((constructor)) static void guard(void) { bound(); pthread_atfork(0, 0, bound); signal(SIGINT, SIG_DFL); signal(SIGQUIT, SIG_DFL); }

        """;

    /// <summary>What to say when there is no compiler; the test then ends without having looked at anything.</summary>
    public const string NoCompiler = "no cc on this machine: nothing was tested";

    public static bool CanCompile { get; } = TryRun("cc", ["--version"]);

    /// <summary>Compiles once per source and answers the program's path.</summary>
    public static string Build(string body, params string[] options)
    {
        var source = Prelude + body;
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(source + string.Join(' ', options))))[..16];
        var directory = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "clients")).FullName;
        var program = Path.Combine(directory, name);
        if (File.Exists(program)) return program;
        File.WriteAllText(program + ".c", source);
        Assert.True(TryRun("cc", ["-O1", "-pthread", .. options, "-o", program + ".tmp", program + ".c"]), "cc refused the client program");
        File.Move(program + ".tmp", program, overwrite: true);
        return program;
    }

    private static bool TryRun(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
