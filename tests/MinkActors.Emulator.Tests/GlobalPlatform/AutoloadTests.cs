using MinkActors.Emulator.Tests.Applications;
using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.GlobalPlatform;

/// <summary>Applications that are loaded because somebody opens a session with them (spec/05 section 9).</summary>
public class AutoloadTests
{
    private static readonly Guid Known = new("CAD10542-34E4-452D-6156-E979AA6E61BC");

    [Fact]
    public async Task Given_a_source_of_images_When_a_session_is_opened_Then_the_application_is_loaded_and_goes_with_its_last_session()
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, null);
        await using var source = await Source.RegisterAsync(world, ApplicationImage.Create("gptest"));

        using (await client.OpenAsync(Known.ToByteArray())) Assert.Equal(["gptest"], world.Secure.LoadedApplications);

        await world.Mink.DrainReleasesAsync();
        Assert.Empty(world.Secure.LoadedApplications);
        Assert.Equal(Known, source.AskedFor);
    }

    [Fact]
    public async Task Given_an_image_that_names_its_own_UUID_When_asked_for_it_Then_it_is_accepted_though_nobody_wrote_the_application()
    {
        var uuid = new Guid("FD02C9DA-306C-48C7-A49C-BBD827AE86EE");
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, null);
        await using var source = await Source.RegisterAsync(world, ApplicationImage.Create("stranger", "u=DAC902FD6C30C748A49CBBD827AE86EE"));

        var opened = await client.TryOpenAsync(uuid);

        Assert.Equal((uint)SessionResult.NotSupported, opened);
    }

    [Theory]
    [InlineData("gptest2", 15)]                          // another application's image
    [InlineData("stranger", 15)]                         // nobody knows its UUID
    [InlineData("", 15)]                                 // no image at all
    [InlineData(null, 11)]                               // the source has none
    public async Task Given_the_wrong_image_When_a_session_is_opened_Then_it_is_refused_and_nothing_stays_loaded(string? name, int code)
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, null);
        await using var source = await Source.RegisterAsync(world, name switch { null => null, "" => new byte[100], _ => ApplicationImage.Create(name) });

        var refused = await Assert.ThrowsAsync<GPAppClientException>(async () => await client.OpenAsync(Known.ToByteArray()));

        Assert.Equal((ResultCode)code, refused.Code);
        Assert.Empty(world.Secure.LoadedApplications);
    }

    [Fact]
    public async Task Given_a_second_source_When_registered_Then_the_first_is_given_up()
    {
        await using var world = await TestWorld.StartAsync();
        await using var first = await Source.RegisterAsync(world, null);
        await using var second = await Source.RegisterAsync(world, ApplicationImage.Create("gptest"));
        await using var client = await TestClient.StartAsync(world, null);

        using (await client.OpenAsync(Known.ToByteArray())) Assert.Equal((default, Known), (first.AskedFor, second.AskedFor));
        Assert.True(first.IsReleased);
    }

    [Fact]
    public async Task Given_a_source_that_is_dead_When_asked_Then_it_is_forgotten()
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, null);
        await using var source = await Source.RegisterAsync(world, null, ResultCode.Defunct);

        await Assert.ThrowsAsync<GPAppClientException>(async () => await client.OpenAsync(Known.ToByteArray()));

        await using (await world.OpenAsync()) Assert.True(source.IsReleased);
    }

    /// <summary>What a client's autoload service is to the secure world.</summary>
    private sealed class Source(TestWorld world, byte[]? image, ResultCode failure) : IMinkObject, IAsyncDisposable
    {
        public Guid AskedFor { get; private set; }

        public bool IsReleased { get; private set; }

        public static async Task<Source> RegisterAsync(TestWorld world, byte[]? image, ResultCode failure = ResultCode.Error)
        {
            var source = new Source(world, image, failure);
            using var exported = world.Mink.Export(source);
            await RegisterAsync(world, exported);
            return source;
        }

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            AskedFor = new Guid(call.Input(0));
            if (image is null) return new(failure);
            var memory = world.Mink.ShareMemory((image.Length + 4095) & ~4095);
            image.CopyTo(memory.Span);
            call.SetOutputObject(0, memory);
            return new(ResultCode.Ok);
        }

        void IMinkObject.Released() => IsReleased = true;

        public async ValueTask DisposeAsync()
        {
            await RegisterAsync(world, null);
            // What is dropped outside a call goes back with the next message.
            await using var env = await world.OpenAsync();
        }

        private static async Task RegisterAsync(TestWorld world, Capability? source)
        {
            await using var env = await world.OpenAsync();
            using var register = new RegisterTABufCBOProxy(await env.OpenAsync(IRegisterTABufCBO.Uid));
            await register.RegisterAsync(source);
        }
    }
}
