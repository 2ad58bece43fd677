using MinkActors.Interfaces;

namespace MinkActors.Emulator.Tests.Services;

/// <summary>Both worlds in one process, with the accounting of both; its end checks that neither holds anything of the other.</summary>
internal sealed class TestWorld : IAsyncDisposable
{
    private TestWorld(MinkSystem mink, EmulatedSecureWorld secure)
    {
        Mink = mink;
        Secure = secure;
    }

    public MinkSystem Mink { get; }

    public EmulatedSecureWorld Secure { get; }

    public static async Task<TestWorld> StartAsync(Action<EmulatorOptions>? configure = null)
    {
        EmulatedSecureWorld? secure = null;
        var mink = await MinkSystem.StartAsync(options => options.UseEmulator(emulator =>
        {
            emulator.Started = world => secure = world;
            configure?.Invoke(emulator);
        }));
        return new TestWorld(mink, secure!);
    }

    public ValueTask<ClientEnvironment> OpenAsync() => Mink.OpenClientEnvAsync(new Credentials(1000));

    public async Task<AppLoaderProxy> OpenLoaderAsync()
    {
        using var env = await OpenAsync();
        return new AppLoaderProxy(await env.OpenAsync(IAppLoader.Uid));
    }

    /// <summary>Everything released is delivered; then both sides must be empty.</summary>
    public async ValueTask DisposeAsync()
    {
        await Mink.DrainReleasesAsync();
        var (left, world) = (Mink.GetLiveReferences(), Secure.ToString());
        await Mink.StopAsync();
        Assert.True(left.IsClean, left.ToString());
        Assert.Equal("nothing is alive", world);
    }
}
