using System.Buffers.Binary;
using MinkActors.Emulator.TestApplications;
using MinkActors.Emulator.Tests.Applications;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Services;

/// <summary>IRegisterListenerCBO and requests to listeners, spec/05 section 2.</summary>
public class ListenerTests
{
    private const uint Files = 0xA;

    private static async Task<RegisterListenerCBOProxy> OpenAsync(TestWorld world)
    {
        await using var env = await world.OpenAsync();
        return new RegisterListenerCBOProxy(await env.OpenAsync(IRegisterListenerCBO.Uid));
    }

    private static async Task<int> FileTestAsync(TestWorld world)
    {
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(LegacyTestApp.DistinguishedName);
        var request = new byte[40];
        request[0] = 6;
        using var reply = await app.InvokeAsync(IAppLegacyTest.Ops.HandleRequest, Argument.In(request), Argument.Out(8));
        return BinaryPrimitives.ReadInt32LittleEndian(reply.Output(0)[4..]);
    }

    [Fact]
    public async Task Given_a_listener_When_an_application_asks_it_Then_request_and_response_share_its_memory()
    {
        await using var world = await TestWorld.StartAsync();
        using var memory = world.Mink.ShareMemory(20_480);
        var commands = new List<uint>();
        using (var register = await OpenAsync(world))
        using (var listener = world.Mink.Export(new Callback(call =>
        {
            commands.Add(BinaryPrimitives.ReadUInt32LittleEndian(memory.Span));
            BinaryPrimitives.WriteInt32LittleEndian(memory.Span[4..], -1);
            Assert.Equal((16, 4), (call.OutputCapacity(0), call.OutputCapacity(1)));
            return new(ResultCode.Ok);
        }))) await register.RegisterAsync(Files, listener, memory);

        Assert.Equal(1, await FileTestAsync(world));
        Assert.Equal([0x210u], commands);
        Assert.Equal([Files], world.Secure.Listeners);
        await LetGoAsync(world);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(-90, 1)]
    public async Task Given_a_listener_that_fails_or_is_dead_When_asked_Then_the_application_is_told_and_the_dead_are_dropped(int code, int status)
    {
        await using var world = await TestWorld.StartAsync();
        using var memory = world.Mink.ShareMemory(4096);
        using (var register = await OpenAsync(world))
        using (var listener = world.Mink.Export(new Callback(_ => new((ResultCode)code)))) await register.RegisterAsync(Files, listener, memory);

        Assert.Equal(status, await FileTestAsync(world));

        Assert.Equal(code == -90 ? [] : [Files], world.Secure.Listeners);
        await LetGoAsync(world);
    }

    [Fact]
    public async Task Given_a_listener_without_memory_When_asked_Then_it_fails_inside_the_secure_world()
    {
        await using var world = await TestWorld.StartAsync();
        var callback = new Callback();
        using (var register = await OpenAsync(world))
        using (var listener = world.Mink.Export(callback)) await register.RegisterAsync(Files, listener, null);

        Assert.Equal(0xFFFF, await FileTestAsync(world));

        Assert.Equal(0, callback.Calls);
        await LetGoAsync(world);
    }

    [Fact]
    public async Task Given_an_id_is_taken_When_registered_again_Then_ID_IN_USE_and_nothing_is_kept_of_the_second()
    {
        await using var world = await TestWorld.StartAsync();
        using var memory = world.Mink.ShareMemory(4096);
        using var register = await OpenAsync(world);
        using var listener = world.Mink.Export(new Callback());
        await register.RegisterAsync(Files, listener, memory);
        var held = world.Mink.GetLiveReferences().HeldBySecureWorld.Count;

        var refused = await Assert.ThrowsAsync<RegisterListenerCBOException>(async () => await register.RegisterAsync(Files, listener, memory));

        Assert.Equal((IRegisterListenerCBO.Errors.IdInUse, held), (refused.Code, world.Mink.GetLiveReferences().HeldBySecureWorld.Count));
        await LetGoAsync(world);
    }

    [Fact]
    public async Task Given_a_listener_whose_client_has_died_When_another_takes_its_id_Then_the_dead_is_replaced()
    {
        await using var world = await TestWorld.StartAsync();
        using var memory = world.Mink.ShareMemory(4096);
        using var register = await OpenAsync(world);
        var dead = new Callback(_ => new(ResultCode.Defunct));
        using (var listener = world.Mink.Export(dead)) await register.RegisterAsync(Files, listener, memory);

        using (var listener = world.Mink.Export(new Callback())) await register.RegisterAsync(Files, listener, memory);

        Assert.Equal([Files], world.Secure.Listeners);
        await LetGoAsync(world);
        Assert.True(dead.IsReleased);
    }

    [Fact]
    public async Task Given_no_callback_object_When_registered_Then_INVALID_and_nothing_is_kept()
    {
        await using var world = await TestWorld.StartAsync();
        using var memory = world.Mink.ShareMemory(4096);
        using var register = await OpenAsync(world);

        var refused = await Assert.ThrowsAsync<RegisterListenerCBOException>(async () => await register.RegisterAsync(Files, null, memory));

        Assert.Equal(ResultCode.Invalid, refused.Code);
        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
    }

    /// <summary>What is dropped outside a call goes back with the next message.</summary>
    private static async Task LetGoAsync(TestWorld world)
    {
        world.Secure.DropListeners();
        await using var env = await world.OpenAsync();
    }
}
