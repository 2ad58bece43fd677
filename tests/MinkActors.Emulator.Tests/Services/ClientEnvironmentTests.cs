using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Services;

/// <summary>IClientEnv, spec/04 section 3.</summary>
public class ClientEnvironmentTests
{
    private static readonly byte[] Good = new Credentials(1000, DateTimeOffset.UnixEpoch).Encode(TimeProvider.System);

    private static async Task<(ResultCode Code, Capability? Env)> RegisterAsync(TestWorld world, IMinkObject? credentials, ushort op = IClientEnv.Ops.RegisterAsClient)
    {
        using var exported = credentials is null ? null : world.Mink.Export(credentials);
        using var reply = await world.Mink.Root.InvokeAsync(op, Argument.In(exported), Argument.OutObject);
        return (reply.Code, reply.IsOk ? reply.TakeObject() : null);
    }

    [Fact]
    public async Task Given_credentials_When_registered_Then_length_and_bytes_are_asked_exactly_and_the_object_is_released_with_the_answer()
    {
        await using var world = await TestWorld.StartAsync();
        var credentials = new ScriptedCredentials(Good);

        var (code, env) = await RegisterAsync(world, credentials);

        using (env)
        {
            Assert.Equal(ResultCode.Ok, code);
            Assert.Equal(["getLength 0010 capacity 8", $"readAtOffset 0, {Good.Length}"], credentials.Calls);
            Assert.Empty(world.Secure.CallbackIds);
            Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
        }
    }

    [Fact]
    public async Task Given_credentials_that_come_in_pieces_When_registered_Then_they_are_read_to_the_end()
    {
        await using var world = await TestWorld.StartAsync();
        var credentials = new ScriptedCredentials(Good) { ChunkMax = 5 };

        var (code, env) = await RegisterAsync(world, credentials);

        env?.Dispose();
        Assert.Equal(ResultCode.Ok, code);
        Assert.Equal(1 + (Good.Length + 4) / 5, credentials.Calls.Count);
    }

    [Fact]
    public async Task Given_credentials_of_64_KiB_When_registered_Then_they_are_read_in_requests_that_fit_a_message()
    {
        await using var world = await TestWorld.StartAsync();
        var map = new byte[CredentialsMap.LengthMax];
        Good.CopyTo(map, 0);

        var (code, env) = await RegisterAsync(world, new ScriptedCredentials(map));

        env?.Dispose();
        Assert.Equal(ResultCode.Ok, code);
    }

    [Fact]
    public async Task Given_credentials_that_claim_more_than_the_limit_When_registered_Then_ERROR_and_not_a_byte_is_read()
    {
        await using var world = await TestWorld.StartAsync();
        var credentials = new ScriptedCredentials(Good) { Length = CredentialsMap.LengthMax + 1 };

        var (code, _) = await RegisterAsync(world, credentials);

        Assert.Equal((ResultCode.Error, 1), (code, credentials.Calls.Count));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("length refused")]
    [InlineData("read refused")]
    [InlineData("no map")]
    [InlineData("empty")]
    public async Task Given_credentials_that_cannot_be_read_or_parsed_When_registered_Then_ERROR(string kind)
    {
        await using var world = await TestWorld.StartAsync();
        var credentials = kind switch
        {
            "short" => new ScriptedCredentials(Good) { Length = 100 },
            "length refused" => new ScriptedCredentials(Good) { LengthCode = ResultCode.Defunct },
            "read refused" => new ScriptedCredentials(Good) { ReadCode = (ResultCode)10 },
            "no map" => new ScriptedCredentials([0x80]),
            _ => new ScriptedCredentials([]),
        };

        var (code, _) = await RegisterAsync(world, credentials);

        Assert.Equal(ResultCode.Error, code);
    }

    [Theory]
    [InlineData(IClientEnv.Ops.RegisterAsClient, ResultCode.Invalid)]
    [InlineData(IClientEnv.Ops.RegisterWithCredentials, ResultCode.Ok)]
    public async Task Given_the_null_object_When_registered_Then_only_the_kernel_way_takes_it(ushort op, ResultCode expected)
    {
        await using var world = await TestWorld.StartAsync();

        var (code, env) = await RegisterAsync(world, null, op);

        env?.Dispose();
        Assert.Equal(expected, code);
    }

    [Fact]
    public async Task Given_legacy_credentials_When_registered_Then_the_bytes_of_the_call_are_read()
    {
        await using var world = await TestWorld.StartAsync();
        var root = new ClientEnvProxy(world.Mink.Root);

        using (var env = await root.RegisterLegacyAsync(Good)) Assert.NotNull(env);
        var refused = await Assert.ThrowsAsync<ClientEnvException>(async () => await root.RegisterLegacyAsync(new byte[] { 1 }));
        Assert.Equal(ResultCode.Error, refused.Code);
    }

    [Fact]
    public async Task Given_root_When_it_is_asked_to_open_Then_PRIVILEGE()
    {
        await using var world = await TestWorld.StartAsync();

        using var reply = await world.Mink.Root.InvokeAsync(IClientEnv.Ops.Open, Argument.In(IAppLoader.Uid), Argument.OutObject);

        Assert.Equal(IOpener.Errors.Privilege, reply.Code);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(4711u)]
    public async Task Given_an_unknown_uid_When_opened_Then_NOT_FOUND(uint uid)
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();

        var refused = await Assert.ThrowsAsync<ClientEnvException>(async () => await env.OpenAsync(uid));

        Assert.Equal(IOpener.Errors.NotFound, refused.Code);
    }

    [Fact]
    public async Task Given_a_whitelist_When_services_are_opened_Then_only_those_on_it_even_through_another_registration()
    {
        await using var world = await TestWorld.StartAsync();
        using var credentials = world.Mink.Export(new ScriptedCredentials(Good));
        using var env = (await new ClientEnvProxy(world.Mink.Root).RegisterWithWhitelistAsync(credentials, new[] { IDiagnostics.Uid }))!.Value;
        using var again = (await env.RegisterAsClientAsync(credentials))!.Value;

        foreach (var environment in new[] { env, again })
        {
            using (var service = await environment.OpenAsync(IDiagnostics.Uid)) Assert.NotNull(service);
            var refused = await Assert.ThrowsAsync<ClientEnvException>(async () => await environment.OpenAsync(IAppLoader.Uid));
            Assert.Equal(IOpener.Errors.Privilege, refused.Code);
        }
    }

    [Fact]
    public async Task Given_an_opened_service_When_the_environment_is_released_Then_the_service_lives_on()
    {
        await using var world = await TestWorld.StartAsync();
        using var loader = await world.OpenLoaderAsync();
        await world.Mink.DrainReleasesAsync();

        var refused = await Assert.ThrowsAsync<AppLoaderException>(async () => await loader.ConnectAsync("none"u8.ToArray()));

        Assert.Equal(IAppLoader.Errors.AppNotLoaded, refused.Code);
    }

    [Fact]
    public async Task Given_a_service_When_opened_twice_Then_each_is_a_reference_of_its_own()
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        using var first = await env.OpenAsync(IDiagnostics.Uid);
        using var second = await env.OpenAsync(IDiagnostics.Uid);

        first.Dispose();
        await world.Mink.DrainReleasesAsync();

        Assert.NotEqual(0u, (await new DiagnosticsProxy(second).QueryHeapInfoAsync()).TotalSize);
    }

    [Fact]
    public async Task Given_the_version_service_When_asked_as_the_driver_asks_Then_the_configured_word()
    {
        await using var world = await TestWorld.StartAsync(e => e.Version = (6u << 22) | (1u << 12) | 7);
        var (_, env) = await RegisterAsync(world, null, IClientEnv.Ops.RegisterWithCredentials);
        using (env)
        using (var reply = await env!.InvokeAsync(IClientEnv.Ops.Open, Argument.In(2033u), Argument.OutObject))
        using (var service = reply.TakeObject()!)
        using (var version = await service.InvokeAsync(0, Argument.In(10u), Argument.Out<uint>()))
            Assert.Equal((6u << 22) | (1u << 12) | 7, version.Read<uint>());
    }

    [Fact]
    public async Task Given_nothing_open_When_the_domain_changes_Then_0_and_else_ERROR()
    {
        await using var world = await TestWorld.StartAsync();
        var root = new ClientEnvProxy(world.Mink.Root);

        await root.NotifyDomainChangeAsync();
        await using var env = await world.OpenAsync();

        Assert.Equal(ResultCode.Error, (await Assert.ThrowsAsync<ClientEnvException>(async () => await root.NotifyDomainChangeAsync())).Code);
    }

    [Fact]
    public async Task Given_common_libraries_and_region_When_set_twice_Then_10_and_11()
    {
        await using var world = await TestWorld.StartAsync();
        var root = new ClientEnvProxy(world.Mink.Root);
        var image = ApplicationImage.Create("cmnlib");

        Assert.Equal(ResultCode.Invalid, (await Assert.ThrowsAsync<ClientEnvException>(async () => await root.LoadCmnlibFromBufferAsync(new byte[3]))).Code);
        await root.LoadCmnlibFromBufferAsync(image);
        await root.ConfigTaRegionAsync(0x8000_0000, 0x10_0000);

        Assert.Equal(IClientEnv.Errors.CommonlibsAlreadyLoaded, (await Assert.ThrowsAsync<ClientEnvException>(async () => await root.LoadCmnlibFromBufferAsync(image))).Code);
        Assert.Equal(IClientEnv.Errors.AppRegionAlreadySet, (await Assert.ThrowsAsync<ClientEnvException>(async () => await root.ConfigTaRegionAsync(1, 2))).Code);
    }

    [Fact]
    public async Task Given_an_accept_under_way_When_shut_down_Then_it_returns()
    {
        await using var world = await TestWorld.StartAsync();
        var root = new ClientEnvProxy(world.Mink.Root);
        var accept = root.AdciAcceptAsync().AsTask();
        while (!accept.IsCompleted)
        {
            // Only an accept that has arrived can be let go; one that comes later waits for the next shutdown.
            await root.AdciShutdownAsync();
        }

        await accept;
    }

    [Fact]
    public async Task Given_an_ordinary_client_When_it_asks_for_a_privileged_op_Then_ERROR()
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        var proxy = new ClientEnvProxy(env.Capability);

        Assert.Equal(ResultCode.Error, (await Assert.ThrowsAsync<ClientEnvException>(async () => await proxy.AdciAcceptAsync())).Code);
        Assert.Equal(ResultCode.Error, (await Assert.ThrowsAsync<ClientEnvException>(async () => await proxy.AdciShutdownAsync())).Code);
        Assert.Equal(ResultCode.Error, (await Assert.ThrowsAsync<ClientEnvException>(async () => await proxy.NotifyDomainChangeAsync())).Code);
    }

    [Fact]
    public async Task Given_an_unknown_op_or_wrong_sizes_When_called_Then_INVALID()
    {
        await using var world = await TestWorld.StartAsync();

        using (var unknown = await world.Mink.Root.InvokeAsync(10)) Assert.Equal(ResultCode.Invalid, unknown.Code);
        using (var size = await world.Mink.Root.InvokeAsync(IClientEnv.Ops.Open, Argument.In(new byte[5]), Argument.OutObject)) Assert.Equal(ResultCode.Invalid, size.Code);
        using (var counts = await world.Mink.Root.InvokeAsync(IClientEnv.Ops.Open, Argument.In(1u))) Assert.Equal(ResultCode.Invalid, counts.Code);
    }
}
