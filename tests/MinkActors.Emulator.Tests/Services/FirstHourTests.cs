using MinkActors.Emulator.TestApplications;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Services;

public class FirstHourTests
{
    [Fact]
    public async Task Given_an_application_When_a_client_registers_loads_and_calls_it_Then_it_answers_and_nothing_is_left()
    {
        await using var world = await TestWorld.StartAsync(e => e.Load<AdderApp>("adder"));
        await using var env = await world.Mink.OpenClientEnvAsync(Credentials.ForCurrentProcess());
        await using var app = await env.LoadAppAsync("adder");

        using var reply = await app.InvokeAsync(ISMCIExample.Ops.Add, Argument.In(2u, 3u), Argument.Out<uint>());

        Assert.Equal(5u, reply.Read<uint>());
    }

    [Theory]
    [InlineData(0xFFFFFFFEu, 0u, 0xFFFFFFFEu)]
    [InlineData(0xFFFFFFFEu, 1u, 0xFFFFFFFFu)]
    [InlineData(0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu)]
    public async Task Given_the_adder_When_a_sum_is_too_large_Then_it_saturates(uint a, uint b, uint sum)
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(AdderApp.DistinguishedName);

        Assert.Equal(sum, await new SMCIExampleProxy(app.Object).AddAsync(a, b));
    }

    [Fact]
    public async Task Given_an_image_file_When_it_is_loaded_from_bytes_or_shared_memory_Then_the_registered_class_serves_it()
    {
        await using var world = await TestWorld.StartAsync(e => e.Load<AdderApp>("adder"));
        await using var env = await world.OpenAsync();
        var image = ApplicationImage.Create("adder");
        using var region = world.Mink.ShareMemory(image.Length);
        image.CopyTo(region.Span);

        await using (var app = await env.LoadAppAsync(image)) Assert.Equal(7u, await new SMCIExampleProxy(app.Object).AddAsync(3, 4));
        await world.Mink.DrainReleasesAsync();
        await using (var app = await env.LoadAppAsync(region)) Assert.Equal(7u, await new SMCIExampleProxy(app.Object).AddAsync(3, 4));
    }

    [Fact]
    public async Task Given_a_simulation_When_the_first_hour_runs_Then_it_runs_there_too()
    {
        await using var actors = new MinkActors.Actors.SimulationActorSystem();
        EmulatedSecureWorld? secure = null;
        var mink = await MinkSystem.StartAsync(o => o.UseActors(actors).UseEmulator(e => e.Started = w => secure = w));

        var sum = 0u;

        actors.Run(async () =>
        {
            await using (var env = await mink.OpenClientEnvAsync(1000, DateTimeOffset.UnixEpoch))
            await using (var app = await env.LoadAppAsync(AdderApp.DistinguishedName)) sum = await new SMCIExampleProxy(app.Object).AddAsync(20, 22);
            await mink.DrainReleasesAsync();
        });

        Assert.Equal(42u, sum);
        Assert.Equal("nothing is alive", secure!.ToString());
    }
}
