using MinkActors.Linux.Device;
using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>Clients that go: closing, dying at every step, many at once, and what is left of them (spec/03 sections 9 and 10).</summary>
public sealed class CloseTests
{
    [Fact]
    public async Task D62_D69_Given_requests_queued_and_taken_When_their_server_dies_Then_both_invokers_read_DEFUNCT()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int ready[2]; pipe(ready); pid_t child = fork();
              if (!child) { int fd = dev(); invoke(fd, NUL, 12, P(IO(7, 2))); write(ready[1], "x", 1); receive(fd); write(ready[1], "y", 1); for (;;) pause(); }
              char c; read(ready[0], &c, 1); int fd = dev(); job j[2]; for (int i = 0; i < 2; i++) { j[i] = (job){fd, NUL, 13}; start(&j[i]); } read(ready[0], &c, 1); usleep(50000);
              kill(child, SIGKILL); wait(0); for (int i = 0; i < 2; i++) { int r = end(&j[i]); printf("ret %d\n", r); } int r = invoke(fd, NUL, 13, 0, 0); printf("later %d\n", r);
              say("drop", invoke(fd, NUL, 12, P(IO(NUL, 0)))); return 0; }
            """);

        Assert.Equal(["ret -90", "ret -90", "later -90", "drop 0 0"], run.Lines);
        AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D56_Given_an_invoker_killed_while_its_request_is_served_When_the_answer_comes_late_Then_EINVAL_and_its_id_was_kept()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); invoke(fd, NUL, 12, P(IO(7, 2))); pid_t child = fork(); if (!child) { invoke(dev(), NUL, 13, 0, 0); _exit(1); }
              receive(fd); u64 late = req.p[0].b; say("late id", late); kill(child, SIGKILL); wait(0); usleep(100000);
              for (int i = 0; i < 3; i++) { job j = {fd, NUL, 13}; start(&j); receive(fd); say("newer id", req.p[0].b); answer(fd, req.p[0].b, 3, 0, 0); end(&j); }
              say("late", answer(fd, late, 0, 0, 0)); say("late again", answer(fd, late, 0, 0, 0));
              job j = {fd, NUL, 13}; start(&j); receive(fd); say("reused id", req.p[0].b); answer(fd, req.p[0].b, 3, 0, 0); end(&j); invoke(fd, NUL, 12, P(IO(NUL, 0))); return 0; }
            """);

        Assert.Equal(
            ["late id 0 0", "newer id 1 0", "newer id 1 0", "newer id 1 0", "late -1 22", "late again -1 22", "reused id 0 0"], run.Lines);
        AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task Given_an_invoker_killed_while_its_request_is_queued_When_the_server_receives_Then_it_never_sees_it()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); invoke(fd, NUL, 12, P(IO(7, 2))); pid_t child = fork(); if (!child) { invoke(dev(), NUL, 13, 0, 0); _exit(1); }
              usleep(100000); kill(child, SIGKILL); wait(0); usleep(100000); say("drop", invoke(fd, NUL, 12, P(IO(NUL, 0)))); receive(fd); printf("%x %d\n", req.func, (int)req.p[0].b); return 0; }
            """);

        Assert.Equal(["drop 0 0", "ffff 0"], run.Lines);
        AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task Given_a_hundred_clients_When_each_does_everything_and_is_killed_at_some_moment_Then_nothing_is_left_and_the_next_is_served()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            static int fd; static void *serve(void *x) { for (;;) { if (receive(fd)) continue; if (req.func == 0xFFFF) continue;
              param a[] = {req.p[1], req.p[2], {9, (uintptr_t)"answer", 6, 0}, req.p[4], req.p[5], {12, 78, 2, 0}}; answer(fd, req.p[0].b, 0, req.n == 7 ? 6 : 0, a); } }
            int main(void) {
              pid_t p[100];
              for (int i = 0; i < 100; i++) if (!(p[i] = fork())) {
                fd = dev(); pthread_t t; pthread_create(&t, 0, serve, 0); char out[16];
                for (int k = 0; ; k++) { invoke(fd, NUL, 11, P(OO)); invoke(fd, NUL, 18, P(IO(k, 2), OB(out, 16), OO)); u64 m[2] = {8192, 0}; int mem = ioctl(fd, SHM_ALLOC, m);
                  invoke(fd, NUL, 17, P(IO(m[1] >> 32, 4))); if (mem >= 0) close(mem); if (k % 3 == 0) { close(fd); fd = dev(); } } }
              for (int i = 0; i < 100; i++) { usleep(5000); kill(p[i], SIGKILL); } int n = 0; while (wait(0) > 0) n++;
              say("gone", n); char out[1]; say("next", invoke(dev(), NUL, 10, P(IB("a", 1), OB(out, 1)))); return 0; }
            """);

        Assert.Equal(["gone 100 0", "next 0 0"], run.Lines);
        AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D35_Given_a_client_at_each_of_its_limits_When_it_asks_for_more_Then_it_alone_is_refused()
    {
        if (!ClientProgram.CanCompile) return;
        var limits = new TeeContextLimits { SecureObjectsMax = 3, UserObjectsMax = 2, SharedBuffersMax = 1, InvocationsMax = 1, ReceiversMax = 1 };
        var run = await TeeProgram.RunAsync(
            """
            static int fd; static void *wait_for(void *x) { receive(fd); return 0; }
            int main(void) {
              fd = dev(); say("three", invoke(fd, NUL, 11, P(OO, OO, OO))); int ret = invoke(fd, NUL, 11, P(OO)); printf("fourth %d\n", ret);
              say("users", invoke(fd, NUL, 19, P(IO(1, 2), IO(2, 2), IO(3, 2), OO, OO, OO))); u64 m[2] = {1, 0}; int a = ioctl(fd, SHM_ALLOC, m); say("memory", a >= 0); say("more", ioctl(fd, SHM_ALLOC, m));
              close(a); say("after close", ioctl(fd, SHM_ALLOC, m) >= 0); pthread_t t; pthread_create(&t, 0, wait_for, 0); usleep(50000); say("receivers", receive(fd));
              int other = dev(); say("other", invoke(other, NUL, 11, P(OO, OO, OO))); job j = {other, NUL, 15, 1, {IO(1, 2)}}; start(&j); usleep(50000);
              say("invocations", invoke(other, NUL, 15, P(IO(1, 2)))); receive(other); answer(other, req.p[0].b, 0, 0, 0); say("first", end(&j)); return 0; }
            """,
            limits);

        Assert.Equal(
            [
                "three 0 0", "fourth -96", "users -1 28", "memory 1 0", "more -1 12", "after close 1 0", "receivers -1 12", "other 0 0", "invocations -1 16", "first 0 0",
            ],
            run.Lines);
        AssertNothingIsLeft(run);
    }

    internal static void AssertNothingIsLeft(TeeResult run)
    {
        Assert.Equal(0, run.Device.OpenContexts);
        Assert.Equal(0, run.Device.Buffers.Count);
        Assert.Equal(0, run.Device.Domain.Table.Count);
        Assert.Equal(0, run.Device.Domain.Handles.Count);
        Assert.Equal(0, run.Device.Domain.SecureHandles);
    }
}
