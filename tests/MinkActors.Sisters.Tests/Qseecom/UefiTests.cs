using System.Buffers.Binary;
using MinkActors.Emulator.Qsee;
using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Sisters.Qseecom;
using MinkActors.Sisters.Qseecom.Uefi;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 section 11, the client: what a caller sees of uefisecapp (check 11; U1, U2, U7; E10).</summary>
public sealed class UefiTests
{
    private const EfiAttributes Kept = EfiAttributes.NonVolatile | EfiAttributes.BootService | EfiAttributes.Runtime;
    private static readonly Guid Vendor = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    internal static void WithStore(Func<QseeRig, EfiVariableService, Task> scenario, UefiStoreLimits? limits = null, Action<UefiSecureApp>? made = null) =>
        QseeRig.Simulate(rig => scenario(rig, rig.System.Variables), qsee => qsee.LoadUefi(limits: limits, made: made), seeds: 3);

    [Fact]
    public void Check11_Given_a_store_When_variables_are_created_read_appended_enumerated_and_deleted_Then_each_does_what_it_says()
    {
        WithStore(async (_, variables) =>
        {
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 2, new byte[] { 1, 2 }));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("B", Vendor, Kept, 1, new byte[] { 9 }));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept | EfiAttributes.Append, 1, new byte[] { 3 }));
            var read = await variables.ReadAsync("A", Vendor);
            Assert.Equal((byte[])[1, 2, 3], read!.Data);
            Assert.Equal(Kept, read.Attributes);
            Assert.Equal(["A", "B"], (await variables.ListAsync()).Select(variable => variable.Name));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, EfiAttributes.None, 0, null));
            Assert.Null(await variables.ReadAsync("A", Vendor));
            Assert.Equal(EfiStatus.NotFound, await variables.SetAsync("A", Vendor, EfiAttributes.None, 0, null));
        });
    }

    [Fact]
    public void Check11_Given_a_small_store_When_it_is_full_Then_out_of_resources_and_the_query_says_why()
    {
        WithStore(async (_, variables) =>
        {
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 40, new byte[40]));
            Assert.Equal(EfiStatus.OutOfResources, await variables.SetAsync("B", Vendor, Kept, 40, new byte[40]));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync("B", Vendor, Kept, 51, new byte[51]));
            var space = await variables.QueryAsync(Kept);
            Assert.Equal((EfiStatus.Success, 64ul, 50ul), (space.Status, space.Storage, space.VariableMax));
            Assert.True(space.Remaining < 40);
        }, new UefiStoreLimits(64, 50));
    }

    [Fact]
    public void U01_Given_no_client_When_an_operation_is_made_Then_not_ready_and_a_second_client_is_refused()
    {
        QseeRig.Simulate(async rig => Assert.Equal(EfiStatus.NotReady, (await rig.System.Variables.GetAsync("A", Vendor, 0, null)).Status));
        WithStore(async (rig, variables) =>
        {
            var app = rig.System.Clients.Single().App;
            Assert.Equal(QseecomErrno.EEXIST, Assert.Throws<QseecomException>(() => variables.Register(new UefiClient(app))).Errno);
            await rig.System.Clients.Single().Instance.DisposeAsync();
            Assert.Equal(EfiStatus.NotReady, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            await using var again = variables.Register(new UefiClient(app));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
        });
    }

    [Fact]
    public void U01_Given_many_operations_at_once_When_they_run_Then_one_at_a_time_and_in_order()
    {
        WithStore(async (_, variables) =>
        {
            var sets = Enumerable.Range(0, 8).Select(i => variables.SetAsync("A", Vendor, Kept | EfiAttributes.Append, 1, new[] { (byte)i })).ToArray();
            await Task.WhenAll(sets);
            Assert.Equal((byte[])[0, 1, 2, 3, 4, 5, 6, 7], (await variables.ReadAsync("A", Vendor))!.Data);
        });
    }

    [Fact]
    public void U02_Given_what_no_request_may_say_When_asked_Then_invalid_parameter_without_a_call()
    {
        WithStore(async (rig, variables) =>
        {
            var tooLong = new string('n', 1024);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync(null, Vendor, 0, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync("A", null, 0, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync(tooLong, Vendor, 0, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync("A", Vendor, 1, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync(null, Vendor, Kept, 0, null));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync("A", null, Kept, 0, null));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync("A", Vendor, Kept, 1, null));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync(tooLong, Vendor, Kept, 0, null));
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync(null, Vendor, 10)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync("", null, 10)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync("", Vendor, 0)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync("long", Vendor, 8)).Status);
            Assert.Equal("", rig.Calls);
            // One unit less is a name.
            Assert.Equal(EfiStatus.Success, await variables.SetAsync(tooLong[1..], Vendor, Kept, 1, new byte[1]));
        });
    }

    [Fact]
    public void Given_a_command_that_does_not_fit_the_client_memory_When_made_Then_out_of_resources_without_a_call()
    {
        WithStore(async (rig, variables) =>
        {
            Assert.Equal(EfiStatus.OutOfResources, await variables.SetAsync("A", Vendor, Kept, 256 * 1024, new byte[256 * 1024]));
            Assert.Equal(EfiStatus.OutOfResources, (await variables.GetAsync("A", Vendor, 256 * 1024, new byte[256 * 1024])).Status);
            Assert.Equal("", rig.Calls);
            Assert.Equal(EfiStatus.NotFound, (await variables.GetAsync("A", Vendor, 255 * 1024, new byte[255 * 1024])).Status);
        });
    }

    [Fact]
    public void E10_Given_the_listener_hook_When_a_non_volatile_variable_is_set_Then_the_listener_works_first_and_without_it_nothing_is_set()
    {
        WithStore(async (rig, variables) =>
        {
            Assert.Equal(EfiStatus.DeviceError, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            Assert.Null(await variables.ReadAsync("A", Vendor));
            var code = new CodeListener();
            await using var listener = await rig.System.RegisterListenerAsync(UefiSecureApp.ListenerId, 4096, code);
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("B", Vendor, EfiAttributes.BootService, 1, new byte[1]));
            Assert.Equal(1, code.Requests);
        }, made: app => app.AsksListener = true);
    }

    [Fact]
    public void E10_Given_the_failure_hook_When_commands_are_made_Then_so_many_end_with_that_status()
    {
        UefiSecureApp? app = null;
        WithStore(async (_, variables) =>
        {
            app!.FailNext(2, EfiStatus.SecurityViolation);
            Assert.Equal(EfiStatus.SecurityViolation, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            Assert.Equal(EfiStatus.SecurityViolation, (await variables.QueryAsync(Kept)).Status);
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
        }, made: made => app = made);
    }
}
