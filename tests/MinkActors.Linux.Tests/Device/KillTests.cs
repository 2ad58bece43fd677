using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>A client killed at every step it can be at: nothing is left of it, and the next client is served (spec/03 sections 9 and 10).</summary>
public sealed class KillTests
{
    // The victim says where it is with a byte on the pipe; whoever waits in the kernel is given time to get there.
    private const string Frame = """
        static int at[2]; static void here(void) { write(at[1], "x", 1); }
        static int fd; static void *serve(void *x) { for (;;) if (receive(fd) == 0 && req.func != 0xFFFF) answer(fd, req.p[0].b, 0, 0, 0); }
        static void *take(void *x) { if (receive(fd) == 0) here(); for (;;) pause(); }
        static void spawn(void *(*f)(void *)) { pthread_t t; pthread_create(&t, 0, f, 0); }
        static void victim(void);
        int main(void) {
          pipe(at); pid_t p = fork(); if (!p) { fd = dev(); victim(); here(); for (;;) pause(); }
          char c; read(at[0], &c, 1); usleep(20000); kill(p, SIGKILL); wait(0);
          char out[1]; int next = dev(); say("next", invoke(next, NUL, 10, P(IB("a", 1), OB(out, 1)))); say("drop", invoke(next, NUL, 12, P(IO(NUL, 0)))); return 0; }

        """;

    [Theory]
    [InlineData("open", "")]
    [InlineData("after version", "char v[12]; ioctl(fd, 0x800CA400u, v);")]
    [InlineData("holding secure objects", "invoke(fd, NUL, 11, P(OO, OO, OO));")]
    [InlineData("held by S", "invoke(fd, NUL, 12, P(IO(7, 2)));")]
    [InlineData("holding memory", "u64 m[2] = {65536, 0}; ioctl(fd, SHM_ALLOC, m);")]
    [InlineData("holding mapped memory", "u64 m[2] = {65536, 0}; int s = ioctl(fd, SHM_ALLOC, m); mmap(0, 65536, 3, MAP_SHARED, s, 0); close(s);")]
    [InlineData("memory held by S", "u64 m[2] = {65536, 0}; ioctl(fd, SHM_ALLOC, m); invoke(fd, NUL, 12, P(IO(m[1] >> 32, 4)));")]
    [InlineData("waiting to receive", "spawn(take);")]
    [InlineData("many waiting to receive", "for (int i = 0; i < 20; i++) spawn(take);")]
    [InlineData("a request queued for it", "job *j = calloc(1, sizeof *j); *j = (job){fd, NUL, 15, 1, {IO(7, 2)}}; start(j); usleep(20000);")]
    [InlineData("a request taken and not answered", "spawn(take); job *j = calloc(1, sizeof *j); *j = (job){fd, NUL, 15, 1, {IO(7, 2)}}; start(j); for (;;) pause();")]
    [InlineData("a full request taken", "spawn(take); char *o = malloc(16); job *j = calloc(1, sizeof *j); *j = (job){fd, NUL, 18, 3, {IO(7, 2), OB(o, 16), OO}}; start(j); for (;;) pause();")]
    [InlineData("its callback invokes deeper", "spawn(serve); for (int i = 0; i < 8; i++) { job *j = calloc(1, sizeof *j); *j = (job){fd, NUL, 15, 1, {IO(i, 2)}}; start(j); }")]
    [InlineData("mapping in progress", "u64 m[2] = {1 << 20, 0}; ioctl(fd, SHM_ALLOC, m); for (int i = 0; i < 4; i++) { job *j = calloc(1, sizeof *j); *j = (job){fd, NUL, 17, 1, {IO(m[1] >> 32, 4)}}; start(j); }")]
    [InlineData("refused answer", "spawn(take); job *j = calloc(1, sizeof *j); *j = (job){fd, NUL, 15, 1, {IO(7, 2)}}; start(j); usleep(20000); answer(fd, 0, 0, 9, j->p);")]
    [InlineData("notices waiting", "invoke(fd, NUL, 12, P(IO(7, 2))); invoke(fd, NUL, 12, P(IO(8, 2))); invoke(fd, NUL, 12, P(IO(NUL, 0)));")]
    [InlineData("another process has the file", "if (fork() == 0) { usleep(100000); _exit(0); }")]
    public async Task Given_a_client_at_this_step_When_it_is_killed_Then_nothing_is_left_and_the_next_is_served(string step, string victim)
    {
        if (!ClientProgram.CanCompile) return;

        var run = await TeeProgram.RunAsync($"{Frame}static void victim(void) {{ {victim} }}");

        Assert.True(run.Lines is ["next 0 0", "drop 0 0"], $"{step}: {string.Join(", ", run.Lines)}");
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task Given_every_kind_of_call_in_a_loop_When_clients_are_killed_at_moments_spread_over_it_Then_nothing_is_left()
    {
        if (!ClientProgram.CanCompile) return;

        var run = await TeeProgram.RunAsync("""
            static int fd; static void *serve(void *x) { for (;;) { if (receive(fd)) continue; if (req.func == 0xFFFF) continue;
              param a[] = {req.p[1], req.p[2], {9, (uintptr_t)"answer", 6, 0}, req.p[4], req.p[5], {12, 78, 2, 0}}; answer(fd, req.p[0].b, 0, req.n == 7 ? 6 : 0, a); } }
            static void everything(int step) { char out[16]; u64 m[2] = {8192, 0}; int mem;
              switch (step % 8) {
                case 0: close(fd); fd = dev(); break;
                case 1: invoke(fd, NUL, 11, P(OO, OO)); break;
                case 2: invoke(fd, NUL, 15, P(IO(step, 2))); break;
                case 3: invoke(fd, NUL, 18, P(IO(step, 2), OB(out, 16), OO)); break;
                case 4: mem = ioctl(fd, SHM_ALLOC, m); invoke(fd, NUL, 17, P(IO(m[1] >> 32, 4))); close(mem); break;
                case 5: invoke(fd, NUL, 12, P(IO(step, 2))); break;
                case 6: invoke(fd, NUL, 13, 0, 0); break;
                case 7: release_object(fd, 0); break; } }
            int main(void) {
              // Each victim runs the same steps from another one on and lives a little longer than the one before.
              for (int i = 0; i < 60; i++) {
                pid_t p = fork();
                if (!p) { fd = dev(); pthread_t t; pthread_create(&t, 0, serve, 0); for (int step = i; ; step++) everything(step); }
                usleep(500 + i * 97); kill(p, SIGKILL); wait(0); }
              int next = dev(); say("drop", invoke(next, NUL, 12, P(IO(NUL, 0)))); char out[1]; say("next", invoke(next, NUL, 10, P(IB("a", 1), OB(out, 1)))); return 0; }
            """);

        Assert.Equal(["drop 0 0", "next 0 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }
}
