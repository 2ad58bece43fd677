using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.GlobalPlatform;

/// <summary>A GlobalPlatform client of one loaded application.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    private readonly ClientEnvironment _environment;
    private readonly AppControllerProxy? _controller;
    private readonly GPAppClientProxy _client;
    private readonly Guid _uuid;
    private bool _hasEnded;

    private TestClient(ClientEnvironment environment, AppControllerProxy? controller, GPAppClientProxy client, Guid uuid) =>
        (_environment, _controller, _client, _uuid) = (environment, controller, client, uuid);

    /// <param name="world">Where.</param>
    /// <param name="application">Loaded by name first; null loads nothing.</param>
    public static async Task<TestClient> StartAsync(TestWorld world, string? application)
    {
        var environment = await world.OpenAsync();
        AppControllerProxy? controller = null;
        if (application is not null)
        {
            using var loader = new AppLoaderProxy(await environment.OpenAsync(IAppLoader.Uid));
            controller = await loader.LoadFromBufferAsync(ApplicationImage.Create(application));
        }

        var uuid = TestApplications.SessionTestApp.Known.FirstOrDefault(known => known.Name == application).Uuid ?? default;
        return new TestClient(environment, controller, new GPAppClientProxy(await environment.OpenAsync(IGPAppClient.Uid)), uuid);
    }

    public async Task<GPSessionProxy> OpenAsync(byte[]? uuid = null, Capability? wait = null)
    {
        var opened = await _client.OpenSessionAsync(
            uuid ?? _uuid.ToByteArray(), 0, 1, 0, 0, 0, [], [], [], [], default, default, default, default, wait, null, null, null, null);
        Assert.Equal((0u, 4u), (opened.RetValue, opened.RetOrigin));
        return opened.Session!.Value;
    }

    /// <summary>What the application answers to an opening that fails.</summary>
    public async Task<uint> TryOpenAsync(Guid uuid)
    {
        var opened = await _client.OpenSessionAsync(
            uuid.ToByteArray(), 0, 1, 0, 0, 0, [], [], [], [], default, default, default, default, null, null, null, null, null);
        Assert.Null(opened.Session);
        return opened.RetValue;
    }

    public static async Task<GPSessionProxy.InvokeCommandResult> InvokeAsync(
        GPSessionProxy session, uint command, uint types, uint furtherTypes, byte[] first, byte[] second, byte[] secondOutput,
        Capability? firstMemory = null, Capability? secondMemory = null, uint cancelCode = 0, byte[]? firstOutput = null) =>
        await session.InvokeCommandAsync(
            command, cancelCode, uint.MaxValue, types, furtherTypes, first, second, [], [], firstOutput ?? [], secondOutput, default, default,
            firstMemory, secondMemory, null, null);

    public Task UnloadAsync() => _controller!.Value.UnloadAsync().AsTask();

    public async Task<ResultCode> OpenThroughControllerAsync()
    {
        try
        {
            var opened = await _controller!.Value.OpenSessionAsync(0, 1, 0, 0, 0, [], [], [], [], default, default, default, default, null, null, null, null);
            using var session = new GPSessionProxy(opened.Session!);
            var bytes = new byte[] { 7 };
            var answer = await InvokeAsync(session, 1, 0x71, 0, SessionTests.Words(2, 0), bytes, bytes);
            Assert.Equal((0u, 14), (answer.RetValue, (int)bytes[0]));
            return ResultCode.Ok;
        }
        catch (AppControllerException refused)
        {
            return refused.Code;
        }
    }

    /// <summary>Gives everything up; releases are under way with the next message.</summary>
    public async Task EndAsync()
    {
        if (_hasEnded) return;
        _hasEnded = true;
        // Something that goes to the secure world carries what it gave up on its way back.
        _client.Dispose();
        _controller?.Dispose();
        await _environment.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await EndAsync();
}
