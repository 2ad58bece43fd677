using Xunit.Abstractions;

namespace MinkActors.Linux.Tests.Interception;

/// <summary>Calls that wait: other calls go on beside them, signals and kills reach them as they do in the kernel.</summary>
public sealed class BlockedCallTests(ITestOutputHelper log)
{
    [Fact]
    public async Task Given_a_blocked_call_When_another_thread_calls_Then_it_is_served_and_the_first_answered_later()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static int fd; static void *block(void *x) { return (void *)(long)ioctl(fd, BLOCK, 0); }
            int main(void) {
              fd = dev(); pthread_t t[3]; for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, block, 0);
              until_waiting(fd, 3); say("version", ioctl(fd, FILE_NUMBER, 0)); say("wake", ioctl(fd, WAKE, 0));
              for (int i = 0; i < 3; i++) { void *r; pthread_join(t[i], &r); say("blocked", (long)r); } return 0; }
            """);

        Assert.Equal(["version 1 0", "wake 3 0", "blocked 7 0", "blocked 7 0", "blocked 7 0"], run.Lines);
    }

    [Theory]
    [InlineData("0", "-1 4")]
    [InlineData("SA_RESTART", "7 0")]
    public async Task Given_an_interruptible_call_When_a_signal_for_its_thread_comes_Then_EINTR_or_restart_by_the_handler(string flags, string result)
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync($$"""
            static int fd; static volatile int handled; static void on(int s) { handled++; }
            static void *block(void *x) { long r = ioctl(fd, BLOCK, 0); say("blocked", r); return 0; }
            int main(void) {
              struct sigaction a = { .sa_handler = on, .sa_flags = {{flags}} }; sigaction(SIGUSR1, &a, 0);
              fd = dev(); pthread_t t; pthread_create(&t, 0, block, 0); until_waiting(fd, 1); pthread_kill(t, SIGUSR1);
              while (!handled) sched_yield();
              if ({{flags}}) { until_waiting(fd, 1); ioctl(fd, WAKE, 0); }
              pthread_join(t, 0); return 0; }
            """);

        Assert.Equal([$"blocked {result}"], run.Lines);
        Assert.Equal(1, run.Device.Interruptions);
    }

    [Theory]
    [InlineData("0", "-1 4")]
    [InlineData("SA_RESTART", "9 0")]
    public async Task Given_a_single_thread_in_an_interruptible_call_When_a_signal_for_the_process_comes_Then_it_is_handled(string flags, string result)
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync($$"""
            static int fd; static void on(int s) { if ({{flags}}) _exit((puts("blocked 9 0"), fflush(stdout), 0)); }
            int main(void) {
              struct sigaction a = { .sa_handler = on, .sa_flags = {{flags}} }; sigaction(SIGUSR2, &a, 0); fd = dev(); pid_t parent = getpid();
              if (!fork()) { until_waiting(fd, 1); kill(parent, SIGUSR2); _exit(0); }
              say("blocked", ioctl(fd, BLOCK, 0)); return 0; }
            """);

        Assert.Equal([$"blocked {result}"], run.Lines);
    }

    [Fact]
    public async Task Given_an_uninterruptible_call_When_a_signal_comes_Then_the_handler_runs_after_the_call()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static int fd; static volatile int handled; static void on(int s) { handled++; }
            static void *block(void *x) { long r = ioctl(fd, BLOCK_HARD, 0); say("blocked", r); say("handled by then", handled); return 0; }
            int main(void) {
              struct sigaction a = { .sa_handler = on }; sigaction(SIGUSR1, &a, 0);
              fd = dev(); pthread_t t; pthread_create(&t, 0, block, 0); until_waiting(fd, 1); pthread_kill(t, SIGUSR1);
              usleep(100000); say("handled early", handled); ioctl(fd, WAKE, 0); pthread_join(t, 0); return 0; }
            """);

        Assert.Equal(["handled early 0 0", "blocked 7 0", "handled by then 1 0"], run.Lines);
    }

    [Fact]
    public async Task Given_a_thread_whose_signals_are_for_the_main_thread_When_one_comes_Then_its_call_goes_on()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static int fd; static volatile int handled; static void on(int s) { handled++; }
            static void *block(void *x) { say("blocked", ioctl(fd, BLOCK, 0)); return 0; }
            int main(void) {
              struct sigaction a = { .sa_handler = on }; sigaction(SIGUSR1, &a, 0);
              fd = dev(); pthread_t t; pthread_create(&t, 0, block, 0); until_waiting(fd, 1);
              for (int i = 0; i < 20; i++) { kill(getpid(), SIGUSR1); usleep(5000); }
              say("handled", handled); ioctl(fd, WAKE, 0); pthread_join(t, 0); return 0; }
            """);

        Assert.Equal(["handled 20 0", "blocked 7 0"], run.Lines);
        Assert.Equal(0, run.Device.Interruptions);
    }

    [Theory]
    [InlineData("SIGKILL")]
    [InlineData("SIGTERM")]
    [InlineData("SIGQUIT")]
    public async Task Given_a_process_with_calls_blocked_both_ways_When_it_is_killed_Then_its_calls_and_its_file_go(string signal)
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync($$"""
            #include <sys/resource.h>
            static int fd; static void *block(void *how) { ioctl(fd, (unsigned long)how, 0); return 0; }
            int main(void) {
              struct rlimit none = {0, 0}; setrlimit(RLIMIT_CORE, &none);
              int ready[2]; pipe(ready); pid_t child = fork();
              if (!child) { fd = dev(); pthread_t t; pthread_create(&t, 0, block, (void *)BLOCK); pthread_create(&t, 0, block, (void *)BLOCK_HARD);
                until_waiting(fd, 2); write(ready[1], "x", 1); for (;;) pause(); }
              char c; read(ready[0], &c, 1); kill(child, {{signal}}); int status; waitpid(child, &status, 0); say("signal", WTERMSIG(status) == {{signal}});
              say("next client", ioctl(dev(), FILE_NUMBER, 0)); return 0; }
            """);

        Assert.Equal(["signal 1 0", "next client 2 0"], run.Lines);
        Assert.Equal((2, 2), (run.Device.Abandoned, run.Device.Closed));
    }

    [Fact]
    public async Task Given_a_file_shared_with_a_living_process_When_one_holder_is_killed_in_a_call_Then_only_its_call_goes()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              int fd = dev(); pid_t child = fork(); if (!child) { ioctl(fd, BLOCK_HARD, 0); _exit(1); }
              until_waiting(fd, 1); kill(child, SIGKILL); wait(0); until_waiting(fd, 0); say("file", ioctl(fd, FILE_NUMBER, 0)); return 0; }
            """);

        Assert.Equal(["file 1 0"], run.Lines);
        Assert.Equal((1, 1), (run.Device.Abandoned, run.Device.Closed));
    }

    [Fact]
    public async Task Given_a_thread_in_a_call_When_another_replaces_the_program_Then_the_call_goes_and_the_file_lives_on()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static int fd; static void *block(void *x) { ioctl(fd, BLOCK_HARD, 0); return 0; }
            int main(int argc, char **argv) {
              if (argc > 1) { fd = atoi(argv[1]); until_waiting(fd, 0); say("file", ioctl(fd, FILE_NUMBER, 0)); return 0; }
              fd = dev(); pthread_t t; pthread_create(&t, 0, block, 0); until_waiting(fd, 1);
              char number[8]; sprintf(number, "%d", fd); execl("/proc/self/exe", "self", number, (char *)0); return 1; }
            """);

        Assert.Equal(["file 1 0"], run.Lines);
        Assert.Equal((1, 1), (run.Device.Abandoned, run.Device.Closed));
    }

    [Fact]
    public async Task Given_a_thread_in_a_call_When_the_descriptor_is_closed_beside_it_Then_the_call_keeps_the_file_until_it_ends()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static int fd; static void on(int s) {} static void *block(void *x) { say("blocked", ioctl(fd, BLOCK, 0)); return 0; }
            int main(void) {
              struct sigaction a = { .sa_handler = on }; sigaction(SIGUSR1, &a, 0);
              fd = dev(); pthread_t t; pthread_create(&t, 0, block, 0); until_waiting(fd, 1); close(fd);
              int second = dev(); say("second", ioctl(second, FILE_NUMBER, 0)); pthread_kill(t, SIGUSR1); pthread_join(t, 0); return 0; }
            """);

        Assert.Equal(["second 2 0", "blocked -1 4"], run.Lines);
        Assert.Equal((2, 2), (run.Device.Opened, run.Device.Closed));
    }

    [Fact]
    public async Task Given_a_device_that_stalls_in_a_call_When_another_client_calls_Then_it_is_served()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static int fd; static void *stall(void *x) { say("stalled", ioctl(fd, STALL, 0)); return 0; }
            int main(void) {
              fd = dev(); pthread_t t; pthread_create(&t, 0, stall, 0); usleep(50000);
              say("beside", ioctl(dev(), FILE_NUMBER, 0)); ioctl(fd, WAKE, 0); pthread_join(t, 0); return 0; }
            """);

        Assert.Equal(["beside 2 0", "stalled 1 0"], run.Lines);
    }

    [Fact]
    public async Task D81_Given_memory_that_never_answers_When_a_call_reads_it_Then_others_are_served_and_a_kill_ends_it()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            #include <linux/userfaultfd.h>
            int main(void) {
              int ready[2]; pipe(ready); pid_t child = fork();
              if (!child) {
                int uffd = syscall(SYS_userfaultfd, O_CLOEXEC); struct uffdio_api api = { .api = UFFD_API };
                char *page = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                struct uffdio_register r = { .range = { (uintptr_t)page, 4096 }, .mode = UFFDIO_REGISTER_MODE_MISSING };
                if (uffd >= 0) { ioctl(uffd, UFFDIO_API, &api); ioctl(uffd, UFFDIO_REGISTER, &r); }
                uint64_t arg[2] = { (uintptr_t)page, 64 }; int fd = dev(); write(ready[1], "x", 1); ioctl(fd, ECHO, arg); for (;;) pause(); }
              char c; read(ready[0], &c, 1); usleep(50000); say("beside", ioctl(dev(), FILE_NUMBER, 0)); kill(child, SIGKILL); wait(0); return 0; }
            """);

        Assert.Equal(["beside 2 0"], run.Lines);
        Assert.Equal(2, run.Device.Closed);
    }

    [Fact]
    public async Task Given_a_hundred_clients_When_all_are_killed_in_calls_at_any_point_Then_nothing_is_left()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              pid_t p[100];
              for (int i = 0; i < 100; i++) if (!(p[i] = fork())) {
                if (i % 4 == 0) { int fd = dev(); ioctl(fd, i % 8 ? BLOCK : BLOCK_HARD, 0); }
                unsigned char b[64]; uint64_t arg[2] = { (uintptr_t)b, 64 };
                for (;;) { int fd = dev(); ioctl(fd, ECHO, arg); close(fd); } }
              usleep(300000); for (int i = 0; i < 100; i++) kill(p[i], SIGKILL); int n = 0; while (wait(0) > 0) n++;
              say("gone", n); say("next", ioctl(dev(), FILE_NUMBER, 0) > 0); return 0; }
            """);

        Assert.Equal(["gone 100 0", "next 1 0"], run.Lines);
        Assert.Equal(run.Device.Opened, run.Device.Closed);
        Assert.Equal((0, 0), (run.Command.OpenFileCount, run.Command.WaitingCallCount));
    }

    private bool Can()
    {
        if (!ClientProgram.CanCompile) log.WriteLine(ClientProgram.NoCompiler);
        return ClientProgram.CanCompile;
    }
}
