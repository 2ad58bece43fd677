using MinkActors.Emulator;
using MinkActors.Linux.Interception;
using MinkActors.Linux.Tests.Device;
using MinkActors.Linux.Tests.Interception;
using MinkActors.Linux.Tracing;

namespace MinkActors.Linux.Tests.Running;

/// <summary>The body of mink run: what comes of a command, and what is left behind it.</summary>
public sealed class TeeRunTests
{
    [Theory]
    [InlineData("return 0;", 0)]
    [InlineData("return 7;", 7)]
    [InlineData("kill(getpid(), SIGKILL); return 0;", 137)]
    [InlineData("return invoke(dev(), NUL, 0, P(OO)) == 2 ? 3 : 4;", 3)]
    public async Task Given_a_command_When_it_ends_Then_the_run_ends_with_its_code(string body, int code)
    {
        if (!ClientProgram.CanCompile) return;

        var result = await RunAsync($"int main(void) {{ {body} }}");

        Assert.Equal((code, 0, true), (result.ExitCode, result.Contexts, result.Left.IsClean));
    }

    [Fact]
    public async Task Given_a_command_that_never_ends_When_its_time_is_up_Then_124_and_nothing_is_left()
    {
        if (!ClientProgram.CanCompile) return;

        var result = await RunAsync("int main(void) { int fd = dev(); receive(fd); for (;;) pause(); }", options => options with { Timeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal((124, 0, true), (result.ExitCode, result.Contexts, result.Left.IsClean));
    }

    [Fact]
    public async Task Given_a_child_that_outlives_the_command_When_it_calls_Then_it_is_served_on()
    {
        if (!ClientProgram.CanCompile) return;
        var answers = Path.Combine(AppContext.BaseDirectory, "outlived.txt");
        File.Delete(answers);

        var result = await RunAsync("""
            int main(int n, char **a) {
              int fd = dev(); pid_t command = getpid(); if (fork()) return 5;
              while (getppid() == command) usleep(1000);
              u32 uid = 1; FILE *f = fopen(a[1], "w"); fprintf(f, "%ld", invoke(fd, NUL, 0, P(IB(&uid, 4), OO))); fclose(f); return 0; }
            """, arguments: answers);

        Assert.Equal((5, "11", true), (result.ExitCode, await File.ReadAllTextAsync(answers), result.Left.IsClean));
    }

    [Fact]
    public async Task Given_a_program_that_does_not_exist_When_run_Then_it_says_so() =>
        await Assert.ThrowsAsync<InterceptionException>(() => TeeRun.RunAsync(new TeeRunOptions { Configure = mink => mink.UseEmulator() }, "/no/such/program"));

    [Fact]
    public async Task Given_a_trace_When_the_run_ends_Then_it_holds_every_call_to_the_close()
    {
        if (!ClientProgram.CanCompile) return;
        var trace = Path.Combine(AppContext.BaseDirectory, "run-trace.jsonl");

        await RunAsync("int main(void) { int fd = dev(); u64 m[2] = {1, 0}; ioctl(fd, SHM_ALLOC, m); return 0; }", options => options with { TraceFile = trace });

        using var text = File.OpenText(trace);
        Assert.Equal(["open", "ioctl", "close"], TraceReader.Read(text).Select(entry => entry.Step));
    }

    [Fact]
    public async Task Given_a_listener_that_dies_with_its_client_When_the_run_ends_Then_it_is_let_go()
    {
        if (!ClientProgram.CanCompile) return;
        EmulatedSecureWorld? world = null;

        var result = await RunAsync(
            EmulatorTests.Registration + """
            int main(void) {
              u64 env = open_env(), service = open_service(env, 87), m[2] = {20480, 0}; u32 id = 0xB; ioctl(fd, SHM_ALLOC, m);
              say("listener", invoke(fd, service, 0, P(IB(&id, 4), IO(7, 2), IO(m[1] >> 32, 4)))); kill(getpid(), SIGKILL); }
            """,
            options => options with { ClientsGone = () => world!.DropListeners() },
            emulator => emulator.Started = started => world = started);

        Assert.Equal((137, 0, true), (result.ExitCode, result.Contexts, result.Left.IsClean));
    }

    [Fact]
    public async Task D35_Given_a_client_that_blocks_all_it_may_When_another_comes_Then_it_is_served()
    {
        if (!ClientProgram.CanCompile) return;

        // Registration calls the credentials object, which nobody serves: each such thread stays inside the secure world for good.
        var result = await RunAsync("""
            int main(void) {
              sigset_t s; int got; sigemptyset(&s); sigaddset(&s, SIGUSR1); sigprocmask(SIG_BLOCK, &s, 0);
              pid_t greedy = fork();
              if (!greedy) { int fd = dev(); static job j[400]; int n = 0; for (int i = 0; i < 400; i++) { j[i] = (job){fd, NUL, 2, 2, {IO(i, 2), OO}}; start(&j[i]); }
                while (recv_sized(fd, 11, 1024) == 0) if (++n == 256) kill(getppid(), SIGUSR1); }
              sigwait(&s, &got);
              u32 uid = 1; long r = invoke(dev(), NUL, 0, P(IB(&uid, 4), OO)); kill(greedy, SIGKILL); wait(0); return r == 11 ? 0 : 1; }
            """);

        Assert.Equal((0, 0, true), (result.ExitCode, result.Contexts, result.Left.IsClean));
    }

    private static Task<TeeRunResult> RunAsync(
        string body, Func<TeeRunOptions, TeeRunOptions>? change = null, Action<EmulatorOptions>? configure = null, params string[] arguments)
    {
        var options = new TeeRunOptions
        {
            Configure = mink => mink.UseEmulator(emulator =>
            {
                emulator.Threads = 4096;
                configure?.Invoke(emulator);
            }),
            DescendantGrace = TimeSpan.FromMinutes(1),
        };
        return TeeRun.RunAsync(change?.Invoke(options) ?? options, [ClientProgram.Build(TeeProgram.Prelude + body), .. arguments]);
    }
}
