using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using MinkActors.Linux.Interception;

namespace MinkActors.Perf;

/// <summary>A C program under interception that makes as many calls as it is told to, and says how long they took.</summary>
internal sealed class InterceptedClient : IDisposable
{
    private const string Source = """
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/ioctl.h>
        #include <time.h>
        struct { uint64_t id; uint32_t op; int32_t ret; uint32_t n, pad; struct { uint64_t attr, a, b, c; } p[2]; } block;
        static struct { uint64_t ptr, len; } buf;
        static char in[128], out[128];
        int main(void) {
          int fd = open("/dev/tee0", O_RDWR); char kind[16]; long count;
          while (scanf("%15s %ld", kind, &count) == 2) {
            int null = !strcmp(kind, "null"); memset(&block, 0, sizeof block); block.id = ~0ull; block.op = null ? 0 : 1; block.n = null ? 0 : 2;
            block.p[0].attr = 8; block.p[0].a = (uintptr_t)in; block.p[0].b = 64; block.p[1].attr = 9; block.p[1].a = (uintptr_t)out; block.p[1].b = 64;
            buf.ptr = (uintptr_t)&block; buf.len = 24 + 32 * block.n; struct timespec a, b; clock_gettime(CLOCK_MONOTONIC, &a);
            for (long i = 0; i < count; i++) if (ioctl(fd, 0x8010A40Au, &buf) || block.ret) { printf("failed\n"); return 1; }
            clock_gettime(CLOCK_MONOTONIC, &b); printf("%ld\n", (b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec); fflush(stdout); }
          return 0; }
        """;

    private readonly AnonymousPipeServerStream _input = new(PipeDirection.Out, HandleInheritability.None);
    private readonly AnonymousPipeServerStream _output = new(PipeDirection.In, HandleInheritability.None);
    private readonly InterceptedCommand _command;
    private readonly StreamReader _reader;

    /// <param name="device">Serves the program; borrowed.</param>
    public InterceptedClient(ITeeDevice device)
    {
        _command = InterceptedCommand.Start(
            new CommandToRun
            {
                Program = Build(),
                StandardDescriptors = [(int)_input.ClientSafePipeHandle.DangerousGetHandle(), (int)_output.ClientSafePipeHandle.DangerousGetHandle()],
            },
            device,
            new InterceptionOptions());
        _input.DisposeLocalCopyOfClientHandle();
        _output.DisposeLocalCopyOfClientHandle();
        _reader = new StreamReader(_output);
    }

    /// <summary>Whether the kernel hands the processor over with each call, which makes all the difference.</summary>
    public bool WakesSynchronously => _command.WakesSynchronously;

    /// <summary>Has calls made one after the other.</summary>
    /// <param name="kind">null: no arguments; data: 64 bytes each way.</param>
    /// <returns>Nanoseconds for all of them, by the client's clock.</returns>
    public long Run(string kind, int count)
    {
        _input.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind} {count}\n")));
        var line = _reader.ReadLine();
        return long.TryParse(line, CultureInfo.InvariantCulture, out var nanoseconds) ? nanoseconds : throw new InvalidOperationException($"The client answers '{line}'.");
    }

    public void Dispose()
    {
        _command.Dispose();
        _command.Deserted.Wait();
        _input.Dispose();
        _reader.Dispose();
    }

    private static string Build()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "intercepted-client");
        File.WriteAllText(program + ".c", Source);
        using var compiler = Process.Start("cc", ["-O2", "-o", program, program + ".c"]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? program : throw new InvalidOperationException("cc refused the client program.");
    }
}
