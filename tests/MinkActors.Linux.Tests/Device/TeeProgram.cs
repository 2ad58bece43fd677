using MinkActors.Emulator;
using MinkActors.Linux.Device;
using MinkActors.Linux.Interception;
using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>A C client of the device, run to its end over the test world; then everything it held must be gone.</summary>
internal static class TeeProgram
{
    public const string Prelude = """
        #define NUL (~0ull)
        #define OBJECT_INVOKE 0x8010A40Au
        #define SUPPL_RECV 0x8010A406u
        #define SUPPL_SEND 0x8010A407u
        typedef uint64_t u64; typedef uint32_t u32; typedef struct { u64 attr, a, b, c; } param;
        typedef struct { u64 id; u32 op; int ret; u32 n, pad; param p[128]; } inv;
        typedef struct { u32 func, n; param p[128]; } sup;
        typedef struct { u64 ptr, len; } buf;
        #define IB(x, s) ((param){8, (uintptr_t)(x), s, 0})
        #define OB(x, s) ((param){9, (uintptr_t)(x), s, 0})
        #define IO(id, f) ((param){11, id, f, 0})
        #define OO ((param){12, 0, 0, 0})
        #define P(...) (int)(sizeof((param[]){__VA_ARGS__}) / sizeof(param)), (param[]){__VA_ARGS__}
        static __thread inv last;
        static long invoke(int fd, u64 id, u32 op, int n, const param *p) {
          memset(&last, 0, sizeof last); last.id = id; last.op = op; last.n = n; if (n) memcpy(last.p, p, n * sizeof *p);
          buf b = {(uintptr_t)&last, 24 + 32 * n}; long r = ioctl(fd, OBJECT_INVOKE, &b); return r ? r : last.ret; }
        static long release_object(int fd, u64 id) { return invoke(fd, id, 0xFFFF, 0, 0); }
        static __thread sup req; static __thread char payload[1024] __attribute__((aligned(8)));
        static long recv_sized(int fd, int n, u64 size) {
          memset(&req, 0, sizeof req); req.n = n; req.p[0] = (param){0x103, (uintptr_t)payload, size, 0};
          buf b = {(uintptr_t)&req, 8 + 32 * n}; return ioctl(fd, SUPPL_RECV, &b); }
        static long receive(int fd) { return recv_sized(fd, 11, sizeof payload); }
        static long answer(int fd, u64 id, int ret, int n, const param *p) {
          static __thread sup s; memset(&s, 0, sizeof s); s.func = ret; s.n = n + 1; s.p[0] = (param){0x102, id, 0, 0}; if (n) memcpy(s.p + 1, p, n * sizeof *p);
          buf b = {(uintptr_t)&s, 8 + 32 * (n + 1)}; return ioctl(fd, SUPPL_SEND, &b); }
        static void show(const char *what, param p) { printf("%s %llu %lld %lld %lld\n", what, (long long)p.attr, (long long)p.a, (long long)p.b, (long long)p.c); fflush(stdout); }
        typedef struct { int fd; u64 id; u32 op; int n; param p[8]; long result; int error; inv after; pthread_t t; } job;
        static void *run_job(void *x) { job *j = x; j->result = invoke(j->fd, j->id, j->op, j->n, j->p); j->error = errno; j->after = last; return 0; }
        static void start(job *j) { pthread_create(&j->t, 0, run_job, j); }
        static long end(job *j) { pthread_join(j->t, 0); errno = j->error; return j->result; }

        """;

    public static Task<TeeResult> RunAsync(string body, TeeContextLimits? limits = null, IDeviceObserver? observer = null, TeeClientLimits? clientLimits = null) =>
        RunAsync(body, _ => { }, limits, observer, clientLimits);

    public static async Task<TeeResult> RunAsync(
        string body, Action<MinkOptions> configure, TeeContextLimits? limits = null, IDeviceObserver? observer = null, TeeClientLimits? clientLimits = null)
    {
        await using var system = await TestWorld.StartAsync(configure);
        return await RunAsync(system, ClientProgram.Build(Prelude + body), [], limits, observer, clientLimits);
    }

    /// <summary>Runs a client over the emulator with all its services.</summary>
    public static async Task<TeeResult> RunOnEmulatorAsync(string body, Action<EmulatorOptions>? configure = null)
    {
        await using var system = await MinkSystem.StartAsync(options => options.UseEmulator(configure));
        return await RunAsync(system, ClientProgram.Build(Prelude + body), []);
    }

    public static async Task<TeeResult> RunAsync(
        MinkSystem system, string program, string[] arguments, TeeContextLimits? limits = null, IDeviceObserver? observer = null, TeeClientLimits? clientLimits = null)
    {
        var device = new TeeDeviceHost(system, limits, observer, clientLimits);
        var faults = new List<Exception>();
        var (exit, lines, _) = await ClientRun.ReadAsync(program, arguments, device, new InterceptionOptions { OnFault = faults.Add });
        await system.DrainReleasesAsync();
        Assert.Empty(faults);
        return new TeeResult(exit, lines, system, device);
    }
}

/// <summary>What a client said, and what is left of it. The system has stopped.</summary>
internal sealed record TeeResult(int ExitCode, string[] Lines, MinkSystem System, TeeDeviceHost Device);
