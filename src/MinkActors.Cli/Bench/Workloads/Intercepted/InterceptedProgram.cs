using System.ComponentModel;
using System.Diagnostics;

namespace MinkActors.Cli.Bench;

/// <summary>The program of <see cref="InterceptedClient"/>, compiled here: in C, since a runtime of our kind in the client would be measured too.</summary>
internal sealed class InterceptedProgram : IDisposable
{
    private const string Source = """
        #include <errno.h>
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ioctl.h>
        #include <time.h>
        struct { uint64_t id; uint32_t op; int32_t ret; uint32_t n, pad; struct { uint64_t attr, a, b, c; } p[2]; } block;
        static struct { uint64_t ptr, len; } buf;
        static char in[128], out[128];
        static long singles[65536];
        static long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000 + t.tv_nsec; }
        static int order(const void *a, const void *b) { long x = *(const long *)a, y = *(const long *)b; return x < y ? -1 : x > y; }
        int main(void) {
          int fd = open("/dev/tee0", O_RDWR), sampled; char kind[16]; long count;
          while (scanf("%15s %ld %d", kind, &count, &sampled) == 3) {
            int null = !strcmp(kind, "null"); memset(&block, 0, sizeof block); block.id = ~0ull; block.op = null ? 0 : 1; block.n = null ? 0 : 2;
            block.p[0].attr = 8; block.p[0].a = (uintptr_t)in; block.p[0].b = 64; block.p[1].attr = 9; block.p[1].a = (uintptr_t)out; block.p[1].b = 64;
            buf.ptr = (uintptr_t)&block; buf.len = 24 + 32 * block.n; long start = now();
            for (long i = 0; i < count; i++) {
              long before = sampled ? now() : 0;
              if (ioctl(fd, 0x8010A40Au, &buf) || block.ret) { printf("errno %d, result %d\n", errno, block.ret); return 1; }
              if (sampled) singles[i] = now() - before; }
            long took = now() - start, p[4] = { 0, 0, 0, 0 };
            if (sampled) {
              qsort(singles, count, sizeof *singles, order);
              long at[4] = { 500, 900, 990, 999 }; for (int i = 0; i < 4; i++) p[i] = singles[count * at[i] / 1000]; }
            printf("%ld %ld %ld %ld %ld\n", took, p[0], p[1], p[2], p[3]); fflush(stdout); }
          return 0; }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("mink-bench-").FullName;

    /// <exception cref="NotMeasurableException">There is no C compiler, or it refuses the program.</exception>
    public InterceptedProgram()
    {
        Path = System.IO.Path.Combine(_directory, "client");
        File.WriteAllText(Path + ".c", Source);
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("cc", ["-O2", "-o", Path, Path + ".c"]) { RedirectStandardError = true })!;
            var complaint = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode == 0) return;
            Dispose();
            throw new NotMeasurableException($"cc refuses the client program: {complaint.Split('\n')[0]}");
        }
        catch (Win32Exception)
        {
            Dispose();
            throw new NotMeasurableException("there is no C compiler (cc) to build the client program with");
        }
    }

    /// <summary>The file that can be run.</summary>
    public string Path { get; }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
