using MinkActors.Emulator;
using MinkActors.Emulator.TestApplications;
using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>The public API over /dev/tee0, end to end: a .NET program of its own under interception.</summary>
public sealed class DeviceClientTests
{
    [Fact]
    public async Task D44_Given_a_device_When_a_program_uses_it_through_the_public_API_Then_calls_callbacks_and_memory_work_and_nothing_is_left()
    {
        if (!ClientProgram.CanCompile) return;           // the same condition as the others: a machine that is set up for these tests
        await using var system = await TestWorld.StartAsync();

        var run = await TeeProgram.RunAsync(system, "dotnet", ["exec", typeof(DeviceClient).Assembly.Location, DeviceClient.Command]);

        Assert.Equal(
            [
                "echo bcd", "code 77", "asked Ok y Callback hello", "failed 55", "mapped Ok 8192 42", "all came back", "left: nothing is alive", "stopped",
            ],
            run.Lines);
        Assert.Equal((0, 0, 0), (run.ExitCode, run.Device.OpenContexts, run.Device.Buffers.Count));
    }

    [Fact]
    public async Task Given_the_emulators_services_behind_a_device_When_a_program_loads_an_application_Then_it_works_as_with_the_emulator_itself()
    {
        if (!ClientProgram.CanCompile) return;
        await using var system = await MinkSystem.StartAsync(options => options.UseEmulator(emulator => emulator.Load<AdderApp>(DeviceClient.SecondName)));

        var run = await TeeProgram.RunAsync(system, "dotnet", ["exec", typeof(DeviceClient).Assembly.Location, DeviceClient.Command, DeviceClient.Services]);

        Assert.Equal(["buffer: 42", "memory: 42"], run.Lines);
        Assert.Equal((0, 0, 0, 0), (run.ExitCode, run.Device.OpenContexts, run.Device.Buffers.Count, run.Device.Domain.SecureHandles));
    }

    [Fact]
    public async Task Given_no_device_When_a_system_is_started_on_it_Then_the_refusal_names_the_node()
    {
        var fault = await Assert.ThrowsAsync<IOException>(async () => await MinkSystem.StartAsync(options => options.UseDevice("/dev/no-such-tee")));

        Assert.Contains("/dev/no-such-tee", fault.Message, StringComparison.Ordinal);
    }
}
