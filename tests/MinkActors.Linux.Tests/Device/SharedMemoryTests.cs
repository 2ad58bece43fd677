using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>SHM_ALLOC and memory objects, with programs that map what they got (spec/03 section 11).</summary>
public sealed class SharedMemoryTests
{
    [Fact]
    public async Task Given_memory_When_allocated_mapped_and_sent_Then_S_changes_what_the_client_sees()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); u64 m[2] = {5000, 0}; int mem = ioctl(fd, SHM_ALLOC, m); say("size", m[0]); say("id", m[1] >> 32); say("flags", (u32)m[1]);
              say("cloexec", fcntl(mem, F_GETFD)); unsigned char *p = mmap(0, 8192, 3, MAP_SHARED, mem, 0); int sum = 0; for (int i = 0; i < 8192; i++) sum += p[i]; say("zero", sum);
              p[3] = 40; say("map", invoke(fd, NUL, 17, P(IO(1, 4)))); say("seen", p[3] + p[0]); say("back", invoke(fd, NUL, 19, P(IO(1, 4), OO))); show("object", last.p[1]);
              say("shrink", ftruncate(mem, 0)); say("grow", ftruncate(mem, 1 << 20)); return 0; }
            """);

        Assert.Equal(
            [
                "size 8192 0", "id 1 0", "flags 0 0", "cloexec 0 0", "zero 0 0", "map 0 0", "seen 42 0", "back 0 0", "object 12 1 4 0", "shrink -1 1", "grow -1 1",
            ],
            run.Lines);
    }

    [Fact]
    public async Task Given_numbers_of_memory_When_closed_unmapped_and_let_go_by_S_Then_the_lowest_is_free_again_and_not_before()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            static int alloc(int fd, int *mem) { u64 m[2] = {1, 0}; *mem = ioctl(fd, SHM_ALLOC, m); return m[1] >> 32; }
            int main(void) {
              int fd = dev(), other = dev(), a, b, c, d; say("a", alloc(fd, &a)); say("b", alloc(other, &b)); say("foreign", invoke(other, NUL, 17, P(IO(1, 4))));
              void *p = mmap(0, 4096, 3, MAP_SHARED, a, 0); close(a); say("mapped", invoke(fd, NUL, 17, P(IO(1, 4)))); say("c", alloc(fd, &c));
              say("keep", invoke(fd, NUL, 12, P(IO(1, 4)))); munmap(p, 4096); say("held by S", alloc(fd, &d)); say("still", invoke(fd, NUL, 17, P(IO(1, 4))));
              say("drop", invoke(fd, NUL, 12, P(IO(NUL, 0)))); say("free", alloc(fd, &d)); close(d); say("gone", invoke(fd, NUL, 17, P(IO(1, 4)))); return 0; }
            """);

        Assert.Equal(
            ["a 1 0", "b 2 0", "foreign -1 22", "mapped 0 0", "c 3 0", "keep 0 0", "held by S 4 0", "still 0 0", "drop 0 0", "free 1 0", "gone -1 22"], run.Lines);
    }

    [Theory]
    [InlineData("ioctl(fd, SHM_ALLOC, 8)", 14)]
    [InlineData("(m[1] = 1, ioctl(fd, SHM_ALLOC, m))", 22)]
    [InlineData("(m[0] = 0, ioctl(fd, SHM_ALLOC, m))", 12)]
    [InlineData("(m[0] = ~0ull, ioctl(fd, SHM_ALLOC, m))", 12)]
    [InlineData("(m[0] = 1ull << 40, ioctl(fd, SHM_ALLOC, m))", 12)]
    [InlineData("(m[0] = 1ull << 30, ioctl(fd, SHM_ALLOC, m))", 12)]
    [InlineData("(mprotect(m, 4096, PROT_READ), ioctl(fd, SHM_ALLOC, m))", 14)]
    [InlineData("(setrlimit(RLIMIT_NOFILE, &(struct rlimit){4, 4}), ioctl(fd, SHM_ALLOC, m))", 24)]
    public async Task Given_a_wrong_allocation_When_made_Then_its_errno_and_no_number_is_used(string call, int errno)
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync($$"""
            #include <sys/resource.h>
            int main(void) {
              int fd = dev(); u64 *m = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); m[0] = 4096; errno = 0; say("refused", {{call}}); mprotect(m, 4096, 3);
              u64 n[2] = {4096, 0}; if ({{errno}} == 24) return 0; ioctl(fd, SHM_ALLOC, n); say("next", n[1] >> 32); return 0; }
            """);

        Assert.Equal(errno == 24 ? ["refused -1 24"] : [$"refused -1 {errno}", "next 1 0"], run.Lines);
        Assert.Equal(0, run.Device.Buffers.Count);
    }
}
