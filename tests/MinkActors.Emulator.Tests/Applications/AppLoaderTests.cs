using MinkActors.Emulator.TestApplications;
using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Applications;

/// <summary>IAppLoader, spec/04 section 5.1.</summary>
public class AppLoaderTests
{
    private static async Task<ResultCode> CodeOf(Func<Task> call) => (await Assert.ThrowsAsync<AppLoaderException>(call)).Code;

    private static byte[] Name(string name) => System.Text.Encoding.ASCII.GetBytes(name);

    [Theory]
    [InlineData("", 10)]
    [InlineData("not ELF at all, and long enough", 27)]
    public async Task Given_bytes_that_are_no_image_When_loaded_Then_the_code_says_so(string text, int code)
    {
        await using var world = await TestWorld.StartAsync();
        using var loader = await world.OpenLoaderAsync();

        Assert.Equal((ResultCode)code, await CodeOf(async () => await loader.LoadFromBufferAsync(Name(text))));
    }

    [Fact]
    public async Task Given_a_loaded_application_When_its_image_is_loaded_again_Then_ALREADY_LOADED_for_everybody()
    {
        await using var world = await TestWorld.StartAsync();
        using var loader = await world.OpenLoaderAsync();
        using var other = await world.OpenLoaderAsync();
        var image = ApplicationImage.Create(AdderApp.DistinguishedName);
        using var controller = await loader.LoadFromBufferAsync(image);

        Assert.Equal(IAppLoader.Errors.AlreadyLoaded, await CodeOf(async () => await loader.LoadFromBufferAsync(image)));
        Assert.Equal(IAppLoader.Errors.AlreadyLoaded, await CodeOf(async () => await other.LoadEmbeddedAsync(Name(AdderApp.DistinguishedName))));
    }

    [Fact]
    public async Task Given_names_nobody_has_When_loaded_or_connected_Then_17_and_22()
    {
        await using var world = await TestWorld.StartAsync();
        using var loader = await world.OpenLoaderAsync();

        Assert.Equal(IAppLoader.Errors.EmbeddedImageNotFound, await CodeOf(async () => await loader.LoadEmbeddedAsync(Name("nobody"))));
        Assert.Equal(IAppLoader.Errors.AppNotLoaded, await CodeOf(async () => await loader.ConnectAsync(Name(AdderApp.DistinguishedName))));
    }

    [Fact]
    public async Task Given_an_image_nobody_implements_When_loaded_Then_it_answers_NOT_SUPPORTED()
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(ApplicationImage.Create("nobody"));

        using var reply = await app.InvokeAsync(7);

        Assert.Equal(IOpener.Errors.NotSupported, reply.Code);
    }

    [Fact]
    public async Task Given_unknown_names_are_refused_When_such_an_image_is_loaded_Then_17()
    {
        await using var world = await TestWorld.StartAsync(e => e.UnknownApplications = UnknownApplication.Refused);
        using var loader = await world.OpenLoaderAsync();

        Assert.Equal(IAppLoader.Errors.EmbeddedImageNotFound, await CodeOf(async () => await loader.LoadFromBufferAsync(ApplicationImage.Create("nobody"))));
    }

    [Theory]
    [InlineData("applications", 14)]
    [InlineData("heap", 18)]
    [InlineData("region", 19)]
    public async Task Given_a_limit_is_reached_When_another_is_loaded_Then_its_code_and_the_first_still_works(string limit, int code)
    {
        await using var world = await TestWorld.StartAsync(e =>
        {
            e.Load("first", () => new ProbeApp()).Load("second", () => new ProbeApp());
            if (limit == "applications") e.ApplicationsMax = 1;
            if (limit == "heap") e.HeapSize = 0x1FFF;
            if (limit == "region") e.ApplicationRegionSize = 6000;
        });
        using var loader = await world.OpenLoaderAsync();
        using var controller = (await loader.LoadFromBufferAsync(ApplicationImage.Create("first")))!.Value;

        Assert.Equal((ResultCode)code, await CodeOf(async () => await loader.LoadFromBufferAsync(ApplicationImage.Create("second"))));
        (await controller.GetAppObjectAsync())!.Dispose();
    }

    [Fact]
    public async Task Given_all_connections_taken_When_connected_Then_23_and_after_a_release_0()
    {
        await using var world = await TestWorld.StartAsync(e => e.ConnectionsMax = 2);
        using var loader = await world.OpenLoaderAsync();
        var name = Name(AdderApp.DistinguishedName);
        using var first = await loader.LoadEmbeddedAsync(name);
        var second = await loader.ConnectAsync(name);

        Assert.Equal(IAppLoader.Errors.AppMaxClientConnections, await CodeOf(async () => await loader.ConnectAsync(name)));
        second!.Value.Dispose();
        await world.Mink.DrainReleasesAsync();

        using var third = await loader.ConnectAsync(name);
        Assert.NotNull(third);
    }

    [Fact]
    public async Task Given_a_region_When_loaded_Then_it_is_copied_unmapped_and_released_before_the_answer()
    {
        await using var world = await TestWorld.StartAsync();
        using var loader = await world.OpenLoaderAsync();
        var image = ApplicationImage.Create(AdderApp.DistinguishedName);
        using var region = world.Mink.ShareMemory(image.Length);
        image.CopyTo(region.Span);

        using var controller = await loader.LoadFromRegionAsync(region);

        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
        Assert.Equal([AdderApp.DistinguishedName], world.Secure.LoadedApplications);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("callback")]
    [InlineData("secure")]
    public async Task Given_an_object_that_cannot_be_mapped_When_loaded_Then_10(string kind)
    {
        await using var world = await TestWorld.StartAsync();
        using var loader = await world.OpenLoaderAsync();
        using var callback = world.Mink.Export(new Callback());

        var code = await CodeOf(async () => await loader.LoadFromRegionAsync(kind switch { "null" => null, "callback" => callback, _ => loader.Capability }));

        Assert.Equal(IAppLoader.Errors.InvalidBuffer, code);
    }

    [Fact]
    public async Task Given_an_application_whose_construction_fails_When_loaded_Then_ERROR_and_the_name_stays_free()
    {
        var fails = true;
        await using var world = await TestWorld.StartAsync(e => e.Load("fickle", () => fails ? throw new InvalidOperationException("not today") : new ProbeApp()));
        using var loader = await world.OpenLoaderAsync();

        Assert.Equal(ResultCode.Error, await CodeOf(async () => await loader.LoadEmbeddedAsync(Name("fickle"))));
        fails = false;

        using var controller = await loader.LoadEmbeddedAsync(Name("fickle"));
        Assert.NotNull(controller);
    }

    [Fact]
    public async Task Given_an_image_larger_than_a_message_When_loaded_from_bytes_Then_it_travels_in_shared_memory()
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        var image = ApplicationImage.Create(AdderApp.DistinguishedName);
        Array.Resize(ref image, 5 * 1024 * 1024);

        await using var app = await env.LoadAppAsync(image);

        Assert.Equal(3u, await new SMCIExampleProxy(app.Object).AddAsync(1, 2));
    }
}
