using System.Diagnostics;
using MinkActors.Emulator;
using MinkActors.Linux.Tests.Device;
using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Running;

/// <summary>The command itself, started as its users start it.</summary>
public sealed class MinkRunTests
{
    private const string Adder = EmulatorTests.Registration + """
        static int add(int n, char **a) {
          u64 env = open_env(), loader = open_service(env, 3); say("load", invoke(fd, loader, 2, P(IB(a[1], strlen(a[1])), OO))); u64 controller = last.p[1].a;
          say("app", invoke(fd, controller, 2, P(OO))); u32 in[2] = {40, 2}, sum = 0; int r = invoke(fd, last.p[0].a, 0, P(IB(in, 8), OB(&sum, 4))); say("answer", r); say("sum", sum); return sum; }
        int main(int n, char **a) { return add(n, a); }
        """;

    [Fact]
    public async Task Given_a_client_When_run_Then_its_output_and_exit_code_are_the_commands()
    {
        if (!ClientProgram.CanCompile) return;

        var run = await MinkAsync("run", "--", Build(Adder), "smcinvoke_skeleton_ta64");

        Assert.Equal(42, run.Code);
        Assert.Equal(["register 0 0", "open 0 0", "load 0 0", "app 0 0", "answer 0 0", "sum 42 0"], run.Lines.Where(line => line != "released 1"));
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public async Task Given_a_directory_of_images_When_run_Then_their_names_are_known_and_other_files_are_told_of()
    {
        if (!ClientProgram.CanCompile) return;
        var images = Directory.CreateTempSubdirectory("mink-apps");
        await File.WriteAllBytesAsync(Path.Combine(images.FullName, "a.mbn"), ApplicationImage.Create("nobody_wrote_this"));
        await File.WriteAllBytesAsync(Path.Combine(images.FullName, "b.mbn"), new byte[10]);

        var run = await MinkAsync("run", "--app-dir", images.FullName, "--", Build(Adder), "nobody_wrote_this");

        images.Delete(recursive: true);
        Assert.Contains("load 0 0", run.Lines);
        Assert.Contains("answer 12 0", run.Lines);
        Assert.Equal("mink: b.mbn is no application image\n", run.Errors);
    }

    [Fact]
    public async Task Given_a_trace_When_shown_Then_the_timeline_and_the_graph_are_the_runs()
    {
        if (!ClientProgram.CanCompile) return;
        var trace = Path.Combine(AppContext.BaseDirectory, "cli-trace.jsonl");
        await MinkAsync("run", "--trace", trace, "--", Build(Adder), "smcinvoke_skeleton_ta64");

        var shown = await MinkAsync("trace", "show", trace);
        await File.WriteAllTextAsync(trace, "no trace\nat all\n");
        var refused = await MinkAsync("trace", "show", trace);

        Assert.Equal(0, shown.Code);
        Assert.Contains(shown.Lines, line => line.Contains("OBJECT_INVOKE", StringComparison.Ordinal));
        Assert.Contains(shown.Lines, line => line.Contains("open by process", StringComparison.Ordinal));
        Assert.Equal(2, refused.Code);
        Assert.Contains("Line 1", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(124, "--timeout", "1", "--", "sleep", "1000")]
    [InlineData(2, "--", "/no/such/program")]
    [InlineData(2, "--app-dir", "/no/such/directory", "--", "true")]
    [InlineData(2, "--timeout", "0", "--", "true")]
    [InlineData(2, "--faults", "/no/such/plan.json", "--", "true")]
    [InlineData(2, "--faults", "nonsense", "--", "true")]
    [InlineData(0, "--", "true")]
    [InlineData(1, "--", "false")]
    [InlineData(143, "--", "sh", "-c", "kill -TERM $$")]
    public async Task Given_options_When_run_Then_the_exit_code_tells_what_happened(int code, params string[] arguments)
    {
        var run = await MinkAsync(["run", .. arguments]);

        Assert.Equal(code, run.Code);
        Assert.Equal(code == 2, run.Errors.Length > 0);
    }

    [Fact]
    public async Task Given_a_program_that_asks_for_the_device_by_path_When_all_paths_are_covered_Then_it_finds_it()
    {
        var covered = await MinkAsync("run", "--all-paths", "--", "sh", "-c", "test -c /dev/tee0 && cat /sys/class/tee/tee0/implementation_id");
        var checkedOnly = await MinkAsync("run", "--", "sh", "-c", "test -w /dev/tee0");

        Assert.Equal((0, "4"), (covered.Code, covered.Lines.Single()));
        Assert.Equal(0, checkedOnly.Code);
    }

    [Fact]
    public async Task Given_faults_that_refuse_every_entry_When_run_Then_the_client_meets_errors_and_the_faults_are_told()
    {
        if (!ClientProgram.CanCompile) return;
        var plan = Path.Combine(AppContext.BaseDirectory, "plan.json");
        await File.WriteAllTextAsync(plan, """{ "name": "closed", "rules": [ { "point": "transport-entry", "action": "refuse", "value": 3 } ] }""");
        var client = Build("int main(void) { u32 uid = 1; say(\"invoke\", invoke(dev(), NUL, 0, P(IB(&uid, 4), OO))); return 0; }");

        var run = await MinkAsync("run", "--faults", plan, "--", client);

        Assert.Equal(0, run.Code);
        Assert.Equal(["invoke -1 5"], run.Lines);
        Assert.Contains("fault transport-entry:refuse", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Given_faults_that_delay_and_repeat_When_run_Then_the_client_sees_the_same_answers()
    {
        if (!ClientProgram.CanCompile) return;

        var run = await MinkAsync("run", "--faults", "transport-entry:delay:p=0.3,value=2;transport-exit:duplicate:p=0.5;transport-entry:refuse:p=0.2,value=1", "--seed", "7", "--", Build(Adder), "smcinvoke_skeleton_ta64");

        Assert.Equal(42, run.Code);
    }

    private static string Build(string body) => ClientProgram.Build(TeeProgram.Prelude + body);

    private static async Task<(int Code, string[] Lines, string Errors)> MinkAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mink.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries), await errors);
    }
}
