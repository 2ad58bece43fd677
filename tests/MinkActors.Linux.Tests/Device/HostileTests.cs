using MinkActors.Linux.Device;
using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>Clients that take all they can: they meet limits of their own, and others are served (spec/11 D-35).</summary>
public sealed class HostileTests
{
    private const string Beside = """
        static int beside(const char *what) {
          pid_t p = fork(); if (!p) { int fd = dev(); char out[1]; int r = fd < 0 || invoke(fd, NUL, 10, P(IB("a", 1), OB(out, 1))) || invoke(fd, NUL, 11, P(OO, OO)); u64 m[2] = {65536, 0};
            _exit(r | (ioctl(fd, SHM_ALLOC, m) < 0) << 1 | (invoke(fd, NUL, 12, P(IO(5, 2))) != 0) << 2); }
          int status = -1; waitpid(p, &status, 0); printf("%s beside %d\n", what, WEXITSTATUS(status)); fflush(stdout); return 0; }

        """;

    private static readonly TeeClientLimits Few = new()
    {
        FilesMax = 10, InvocationsMax = 6, SecureObjectsMax = 20, UserObjectsMax = 20, SharedBuffersMax = 8, SharedBytesMax = 1 << 20,
    };

    [Theory]
    [InlineData("files", "for (n = 0; dev() >= 0; n++); e = errno;", 9, 24)]
    [InlineData("secure objects over files", "for (int f = fd; f >= 0; f = dev()) while (invoke(f, NUL, 11, P(OO)) == 0) n++; e = last.ret;", 20, -96)]
    [InlineData("user objects", "while (invoke(fd, NUL, 19, P(IO(n, 2), OO)) == 0) n++; e = errno;", 0, 0)]
    [InlineData("memory by count", "u64 m[2]; while (m[0] = 4096, m[1] = 0, ioctl(fd, SHM_ALLOC, m) >= 0) n++; e = errno;", 8, 12)]
    [InlineData("memory by bytes over files", "u64 m[2]; for (int f = fd; f >= 0 && n < 6; f = dev()) while (m[0] = 256 << 10, m[1] = 0, ioctl(f, SHM_ALLOC, m) >= 0) n++; e = errno;", 4, 24)]
    [InlineData("threads in callbacks", "job *j = calloc(9, sizeof *j); for (int i = 0; i < 9; i++) { j[i] = (job){dev(), NUL, 15, 1, {IO(i, 2)}}; start(&j[i]); } while (n < 3) for (int i = n = 0; i < 9; i++) n += ((volatile job *)j)[i].error == 16; e = 0;", 3, 0)]
    public async Task D35_Given_a_client_at_its_limit_When_it_asks_for_more_Then_it_alone_is_refused(string what, string takes, int count, int error)
    {
        if (!ClientProgram.CanCompile) return;
        // An object that comes back as itself needs no entry of a table: the loop over user objects would never end.
        if (what == "user objects") takes = "while (n < 50 && invoke(fd, NUL, 12, P(IO(n, 2))) == 0) n++; e = 0; count_only = 1;";

        var run = await RunAsync($$"""
            {{Beside}}int main(void) {
              int fd = dev(), n = 0, e = 0, count_only = 0; {{takes}} if (!count_only) printf("%d %d\n", n, e); fflush(stdout); beside("{{what}}"); invoke(fd, NUL, 12, P(IO(NUL, 0))); _exit(0); }
            """);

        // Notices that nobody receives count as the objects they are about: at 20 the client has to receive.
        string[] expected = what == "user objects" ? [$"{what} beside 0"] : [$"{count} {error}", $"{what} beside 0"];
        Assert.Equal(expected, run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D17_D65_Given_blocks_of_random_words_When_thrown_at_every_ioctl_Then_the_host_serves_on()
    {
        if (!ClientProgram.CanCompile) return;

        var run = await RunAsync($$"""
            {{Beside}}static u64 state = 42; static u64 draw(void) { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return state; }
            static u64 word(void *at) { switch (draw() % 8) { case 0: return draw(); case 1: return NUL; case 2: return (uintptr_t)at; case 3: return draw() % 64; case 4: return 1ull << draw() % 64; case 5: return 8 + draw() % 5; case 6: return 0x103; default: return 0; } }
            int main(void) {
              int fd = dev(); static u64 block[1024]; u32 calls[] = {OBJECT_INVOKE, SUPPL_SEND, SHM_ALLOC, 0xC018A409u, 0xC018A408u, 0x8010A402u, 0x8010A403u, 0x8004A405u, 0x800CA400u};
              for (int i = 0; i < 20000; i++) {
                int n = draw() % 20; for (int k = 0; k < 3 + 4 * n; k++) block[k] = word(block); block[2] = draw() % 4 ? n : word(block);
                if (draw() % 2) for (int k = 0; k < n; k++) block[3 + 4 * k] = 8 + draw() % 5;
                if (draw() % 2) { block[0] = NUL; ((u32 *)block)[2] = 10 + draw() % 3; }
                buf b = {draw() % 16 ? (uintptr_t)block : word(block), draw() % 16 ? 24 + 32 * n : word(block)};
                u32 call = calls[draw() % 9]; if (call == SHM_ALLOC) { int m = ioctl(fd, call, block); if (m >= 0) close(m); } else ioctl(fd, call, draw() % 32 ? (void *)&b : (void *)word(block)); }
              beside("random"); invoke(fd, NUL, 12, P(IO(NUL, 0))); return 0; }
            """);

        Assert.Equal(["random beside 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    private static Task<TeeResult> RunAsync(string body) => TeeProgram.RunAsync(body, clientLimits: Few);
}
