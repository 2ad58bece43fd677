using MinkActors.Emulator;
using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>C clients that do what public ones do, against the emulator with its services (spec/03 section 12, spec/04).</summary>
public sealed class EmulatorTests
{
    /// <summary>Registers with op 2 and a credentials object, which a receiver thread serves; answers the environment's number.</summary>
    internal const string Registration = """
        static int fd; static void *serve(void *x) {
          static const unsigned char cbor[] = {0xA2, 1, 0, 6, 0x1B, 0, 0, 1, 0xA1, 0xFD, 0x1D, 0x6C, 0x75};
          while (receive(fd) == 0) {
            if (req.func == 0xFFFF) { printf("released %d\n", (int)req.p[0].a); fflush(stdout); continue; }
            u64 length = sizeof cbor, at; param a[10]; memcpy(a, req.p + 1, sizeof a);
            if (req.func == 0) { a[0].a = (uintptr_t)&length; a[0].b = 8; answer(fd, req.p[0].b, 0, 1, a); }
            else if (req.func == 1) { memcpy(&at, (void *)(uintptr_t)a[0].a, 8); if (at >= length) { answer(fd, req.p[0].b, 2, 0, 0); continue; }
              a[1].a = (uintptr_t)cbor + at; if (a[1].b > length - at) a[1].b = length - at; answer(fd, req.p[0].b, 0, 2, a); }
            else answer(fd, req.p[0].b, 2, 0, 0); }
          return 0; }
        static u64 open_env(void) { fd = dev(); pthread_t t; pthread_create(&t, 0, serve, 0); say("register", invoke(fd, NUL, 2, P(IO(1, 2), OO))); return last.p[1].a; }
        static u64 open_service(u64 env, u32 uid) { say("open", invoke(fd, env, 0, P(IB(&uid, 4), OO))); return last.p[1].a; }

        """;

    [Fact]
    public async Task Given_a_client_with_credentials_When_it_asks_for_diagnostics_Then_the_heap_adds_up_and_nothing_is_left()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunOnEmulatorAsync(Registration + """
            int main(void) {
              u64 env = open_env(), d = open_service(env, 143); u32 heap[6] = {0}; say("query", invoke(fd, d, 0, P(OB(heap, 24)))); say("sane", heap[0] && heap[1] + heap[2] <= heap[0]);
              say("release", release_object(fd, d)); say("release", release_object(fd, env)); return 0; }
            """);

        Assert.Equal(["register 0 0", "open 0 0", "query 0 0", "sane 1 0", "release 0 0", "release 0 0"], run.Lines.Where(line => line != "released 1"));
        Assert.Equal(0, run.Device.Domain.SecureHandles);
    }

    [Theory]
    [InlineData("invoke(fd, loader, 0, P(IB(image, size), OO))")]
    [InlineData("(m[0] = size, mem = ioctl(fd, SHM_ALLOC, m), memcpy(mmap(0, m[0], 3, MAP_SHARED, mem, 0), image, size), invoke(fd, loader, 1, P(IO(m[1] >> 32, 4), OO)))")]
    public async Task Given_an_application_image_When_loaded_from_a_buffer_or_memory_Then_it_adds(string load)
    {
        if (!ClientProgram.CanCompile) return;
        var image = Path.Combine(AppContext.BaseDirectory, "adder.image");
        await File.WriteAllBytesAsync(image, ApplicationImage.Create("smcinvoke_skeleton_ta64"));
        var run = await TeeProgram.RunOnEmulatorAsync(Registration + $$"""
            int main(void) {
              static char image[1 << 20]; int f = open("{{image}}", O_RDONLY), mem = 0; u64 size = read(f, image, sizeof image), m[2] = {0}; (void)m; (void)mem;
              u64 env = open_env(), loader = open_service(env, 3); say("load", {{load}}); u64 controller = last.p[1].a; say("app", invoke(fd, controller, 2, P(OO))); u64 app = last.p[0].a;
              u32 in[2] = {40, 2}, sum = 0; say("add", invoke(fd, app, 0, P(IB(in, 8), OB(&sum, 4)))); say("sum", sum); say("wrong size", invoke(fd, app, 0, P(IB(in, 7), OB(&sum, 4))) == 2); return 0; }
            """);

        Assert.Equal(["register 0 0", "open 0 0", "load 0 0", "app 0 0", "add 0 0", "sum 42 0", "wrong size 1 0"], run.Lines.Where(line => line != "released 1"));
        Assert.Equal((0, 0), (run.Device.Domain.SecureHandles, run.Device.Buffers.Count));
    }

    [Fact]
    public async Task D66_Given_null_credentials_with_the_libraries_op_When_registered_Then_the_secure_world_is_asked_and_decides()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunOnEmulatorAsync("""
            int main(void) { int fd = dev(); say("op 2", invoke(fd, NUL, 2, P(IO(NUL, 0), OO)) != 0); say("op 5", invoke(fd, NUL, 5, P(IO(NUL, 0), OO))); return 0; }
            """);

        Assert.Equal(["op 2 1 0", "op 5 -1 22"], run.Lines);
    }

}
