using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Applications;

/// <summary>IAppController and the life of an application, spec/04 section 5.2.</summary>
public class AppControllerTests
{
    private const string Name = "probe";

    private static async Task<ResultCode> CodeOf(Func<Task> call) => (await Assert.ThrowsAsync<AppControllerException>(call)).Code;

    private static async Task<(TestWorld World, List<ProbeApp> Made, ClientEnvironment Env, Application App)> StartAsync()
    {
        var made = new List<ProbeApp>();
        var world = await TestWorld.StartAsync(e => e.Load(Name, () =>
        {
            var app = new ProbeApp();
            made.Add(app);
            return app;
        }));
        var env = await world.OpenAsync();
        return (world, made, env, await env.LoadAppAsync(Name));
    }

    [Fact]
    public async Task Given_a_controller_When_asked_for_objects_Then_each_is_new_and_knows_its_client()
    {
        var (world, made, env, app) = await StartAsync();
        await using var _ = world;
        await using var __ = env;
        await using var ___ = app;
        using var second = await new AppControllerProxy(app.Controller).GetAppObjectAsync();

        app.Object.Dispose();
        await world.Mink.DrainReleasesAsync();

        using (var reply = await second!.InvokeAsync(ProbeApp.Answer)) Assert.True(reply.IsOk);
        Assert.Equal([1000u, 1000u], made[0].Clients.Select(client => client.UserId));
    }

    [Fact]
    public async Task Given_a_call_runs_When_unloaded_Then_APP_IN_USE_and_afterwards_0()
    {
        var (world, made, env, app) = await StartAsync();
        await using var _ = world;
        await using var __ = env;
        await using var ___ = app;
        ResultCode during = default;
        var callback = new Callback(async _ =>
        {
            during = await CodeOf(async () => await app.UnloadAsync());
            return ResultCode.Ok;
        });
        using (var exported = world.Mink.Export(callback))
        using (var reply = await app.InvokeAsync(ProbeApp.CallBack, Argument.In(exported))) Assert.True(reply.IsOk);

        Assert.Equal(IAppController.Errors.AppInUse, during);
        await app.UnloadAsync();
        Assert.Equal(1, made[0].Unloads);
    }

    [Fact]
    public async Task Given_it_is_unloaded_When_its_object_is_called_and_released_Then_DEFUNCT_and_0()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await app.UnloadAsync();

        using (var reply = await app.InvokeAsync(ProbeApp.Answer)) Assert.Equal(ResultCode.Defunct, reply.Code);
        app.Dispose();
        await world.Mink.DrainReleasesAsync();
        Assert.Single(world.Secure.HeldByNormalWorld);
    }

    [Fact]
    public async Task Given_it_is_unloaded_When_its_controller_is_used_Then_APP_UNLOADED_and_the_name_is_free()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        var controller = new AppControllerProxy(app.Controller);
        await app.UnloadAsync();

        Assert.Equal(IAppController.Errors.AppUnloaded, await CodeOf(async () => await controller.UnloadAsync()));
        Assert.Equal(IAppController.Errors.AppUnloaded, await CodeOf(async () => await controller.GetAppObjectAsync()));
        Assert.Equal(IAppController.Errors.AppUnloaded, await CodeOf(async () => await controller.RestartAsync()));
        await using var again = await env.LoadAppAsync(Name);
        using (var reply = await again.InvokeAsync(ProbeApp.Answer)) Assert.True(reply.IsOk);
        using (var reply = await app.InvokeAsync(ProbeApp.Answer)) Assert.Equal(ResultCode.Defunct, reply.Code);
    }

    [Fact]
    public async Task Given_nobody_unloads_When_the_last_controller_goes_Then_it_lives_until_the_last_object_goes()
    {
        var (world, made, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        app.Controller.Dispose();
        await world.Mink.DrainReleasesAsync();

        using (var reply = await app.InvokeAsync(ProbeApp.Answer)) Assert.True(reply.IsOk);
        Assert.Equal([Name], world.Secure.LoadedApplications);
        app.Object.Dispose();
        await world.Mink.DrainReleasesAsync();

        Assert.Empty(world.Secure.LoadedApplications);
        Assert.Equal(1, made[0].Unloads);
    }

    [Fact]
    public async Task Given_objects_made_by_its_objects_When_it_is_unloaded_Then_they_are_DEFUNCT_too()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        using var made = await app.InvokeAsync(ProbeApp.MakeAnother, Argument.OutObject);
        using var another = made.TakeObject()!;

        await app.UnloadAsync();

        using var reply = await another.InvokeAsync(ProbeApp.Answer);
        Assert.Equal(ResultCode.Defunct, reply.Code);
    }

    [Theory]
    [InlineData(ProbeApp.Keep)]
    [InlineData(ProbeApp.HoldInApp)]
    public async Task Given_references_it_keeps_When_it_is_unloaded_Then_they_are_given_up_by_the_answer(ushort op)
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        var callback = new Callback();
        using (var exported = world.Mink.Export(callback))
        using (var reply = await app.InvokeAsync(op, Argument.In(exported))) Assert.True(reply.IsOk);
        Assert.Single(world.Secure.CallbackIds);

        await app.UnloadAsync();

        Assert.Empty(world.Secure.CallbackIds);
        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
    }

    [Fact]
    public async Task Given_a_kept_reference_When_its_keeper_is_released_Then_it_is_given_up_by_that_answer()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        using (var exported = world.Mink.Export(new Callback()))
        using (var reply = await app.InvokeAsync(ProbeApp.Keep, Argument.In(exported))) Assert.True(reply.IsOk);

        app.Object.Dispose();
        await world.Mink.DrainReleasesAsync();

        Assert.Empty(world.Mink.GetLiveReferences().HeldBySecureWorld);
    }

    [Fact]
    public async Task Given_it_crashes_in_a_call_When_anything_follows_Then_DEFUNCT_and_its_controller_answers_10()
    {
        var (world, made, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        var controller = new AppControllerProxy(app.Controller);

        using (var reply = await app.InvokeAsync(ProbeApp.CrashNow)) Assert.Equal(ResultCode.Defunct, reply.Code);
        using (var reply = await app.InvokeAsync(ProbeApp.Answer)) Assert.Equal(ResultCode.Defunct, reply.Code);

        Assert.Equal(IAppController.Errors.AppSuspended, await CodeOf(async () => await controller.GetAppObjectAsync()));
        Assert.Equal(IAppController.Errors.AppSuspended, await CodeOf(async () => await controller.UnloadAsync()));
        Assert.Equal(0, made[0].Unloads);
    }

    [Fact]
    public async Task Given_calls_wait_for_a_callback_When_it_crashes_Then_they_end_DEFUNCT_once_the_callback_is_answered()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        var callback = new Callback(_ =>
        {
            Assert.True(world.Secure.Crash(Name));
            return new(ResultCode.Ok);
        });
        using var exported = world.Mink.Export(callback);

        using var reply = await app.InvokeAsync(ProbeApp.CallBack, Argument.In(exported));

        Assert.Equal((ResultCode.Defunct, 1), (reply.Code, callback.Calls));
        Assert.False(world.Secure.Crash(Name));
    }

    [Fact]
    public async Task Given_an_object_calls_another_that_waits_When_it_crashes_Then_the_whole_call_ends_DEFUNCT()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        using var other = (await new AppControllerProxy(app.Controller).GetAppObjectAsync())!;
        using var exported = world.Mink.Export(new Callback(_ =>
        {
            world.Secure.Crash(Name);
            return new(ResultCode.Ok);
        }));

        using var reply = await app.InvokeAsync(ProbeApp.CallOther, Argument.In(other), Argument.In(exported));

        Assert.Equal(ResultCode.Defunct, reply.Code);
    }

    [Fact]
    public async Task Given_it_has_crashed_When_restarted_Then_new_objects_work_and_old_ones_stay_DEFUNCT()
    {
        var (world, made, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        var controller = new AppControllerProxy(app.Controller);
        Assert.Equal(IAppController.Errors.StillRunning, await CodeOf(async () => await controller.RestartAsync()));
        world.Secure.Crash(Name);

        await controller.RestartAsync();

        using var fresh = (await controller.GetAppObjectAsync())!;
        using (var reply = await fresh.InvokeAsync(ProbeApp.Answer)) Assert.True(reply.IsOk);
        using (var reply = await app.InvokeAsync(ProbeApp.Answer)) Assert.Equal(ResultCode.Defunct, reply.Code);
        Assert.Equal(2, made.Count);
    }

    [Fact]
    public async Task Given_a_crashed_application_When_its_controllers_go_Then_its_name_is_free_though_objects_are_held()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        world.Secure.Crash(Name);

        app.Controller.Dispose();
        await world.Mink.DrainReleasesAsync();

        Assert.Empty(world.Secure.LoadedApplications);
        await using var again = await env.LoadAppAsync(Name);
        using (var reply = await app.Object.InvokeAsync(ProbeApp.Answer)) Assert.Equal(ResultCode.Defunct, reply.Code);
        app.Dispose();
    }

    [Fact]
    public async Task Given_a_disconnected_controller_When_used_Then_APP_DISCONNECTED_and_the_application_goes_with_its_last_object()
    {
        var (world, made, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        var controller = new AppControllerProxy(app.Controller);
        await controller.DisconnectAsync();

        Assert.Equal(IAppController.Errors.AppDisconnected, await CodeOf(async () => await controller.GetAppObjectAsync()));
        Assert.Equal(IAppController.Errors.AppDisconnected, await CodeOf(async () => await controller.UnloadAsync()));
        Assert.Equal(IAppController.Errors.AppDisconnected, await CodeOf(async () => await controller.DisconnectAsync()));
        Assert.Equal(IAppController.Errors.AppDisconnected, await CodeOf(async () => await controller.RestartAsync()));
        app.Object.Dispose();
        await world.Mink.DrainReleasesAsync();
        Assert.Equal(1, made[0].Unloads);
    }

    [Fact]
    public async Task Given_callback_objects_When_installed_Then_only_IWait_is_known_and_it_is_kept_until_the_controller_goes()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        var controller = new AppControllerProxy(app.Controller);
        var wait = new Callback();
        using (var exported = world.Mink.Export(wait))
        {
            Assert.Equal(IAppController.Errors.CboUnknown, await CodeOf(async () => await controller.InstallCBOAsync(2, exported)));
            await controller.InstallCBOAsync(IAppController.CboWait, exported);
        }
        Assert.Single(world.Secure.CallbackIds);

        app.Dispose();
        await world.Mink.DrainReleasesAsync();

        Assert.Empty(world.Secure.CallbackIds);
    }

    [Fact]
    public async Task Given_an_application_without_sessions_When_one_is_opened_Then_NOT_SUPPORTED()
    {
        var (world, _, env, app) = await StartAsync();
        await using var __ = world;
        await using var ___ = env;
        await using var ____ = app;
        Argument[] none = [Argument.In(Array.Empty<byte>()), Argument.Out(0)];
        using var reply = await app.Controller.InvokeAsync(IAppController.Ops.OpenSession,
            Argument.In(new byte[20]), none[0], none[0], none[0], none[0], Argument.Out(24), none[1], none[1], none[1], none[1],
            Argument.In((Capability?)null), Argument.In((Capability?)null), Argument.In((Capability?)null), Argument.In((Capability?)null), Argument.OutObject);

        Assert.Equal(IAppController.Errors.NotSupported, reply.Code);
    }
}
