using Xunit.Abstractions;

namespace MinkActors.Linux.Tests.Interception;

public sealed class InterceptionTests(ITestOutputHelper log)
{
    [Fact]
    public async Task Given_a_client_When_it_asks_for_the_version_Then_it_gets_that_of_QTEE()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) { int fd = dev(); uint32_t v[3]; say("version", ioctl(fd, VERSION, v)); printf("%u %u %u\n", v[0], v[1], v[2]); return 5; }
            """);

        Assert.Equal(["version 0 0", "4 0 16"], run.Lines);
        Assert.Equal(5, run.ExitCode);
        Assert.Equal(1, run.Device.Closed);
    }

    private bool Can()
    {
        if (!ClientProgram.CanCompile) log.WriteLine(ClientProgram.NoCompiler);
        return ClientProgram.CanCompile;
    }
}
