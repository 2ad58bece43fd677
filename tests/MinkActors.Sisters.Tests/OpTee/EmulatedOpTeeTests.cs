using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>The emulated OP-TEE by its registers alone: spec 09 sections 2, 3, 6, 8, 9 and 10.</summary>
public sealed class EmulatedOpTeeTests
{
    private static void Run(Func<RawCaller, EmulatedOpTee, PhysicalMemory, Task> test, Action<OpTeeEmulatorOptions>? configure = null)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 3 });
        actors.Run(async () =>
        {
            var memory = new PhysicalMemory();
            var world = EmulatedOpTee.Start(new SecureWorldContext(actors, memory, NullLogger.Instance), options =>
            {
                options.Load<TestTa>(TestTa.Uuid);
                configure?.Invoke(options);
            });
            await test(new RawCaller(actors, world, memory), world, memory);
        });
    }

    [Fact]
    public void Given_the_queries_When_asked_Then_the_words_of_section_2() => Run(async (cpu, _, _) =>
    {
        var uid = await cpu.FastAsync(OpTeeFunctionId.CallsUid);
        var os = await cpu.FastAsync(OpTeeFunctionId.GetOsUuid);
        var revision = await cpu.FastAsync(OpTeeFunctionId.CallsRevision);
        var threads = await cpu.FastAsync(OpTeeFunctionId.GetThreadCount);

        Assert.Equal((0x384fb3e0u, 0xe7f811e3u, 0xaf630002u, 0xa5d5c51bu), (uid[0], uid[1], uid[2], uid[3]));
        Assert.Equal((0x486178e0u, 0xe7f811e3u, 0xbc5e0002u, 0xa5d5c51bu), (os[0], os[1], os[2], os[3]));
        Assert.Equal((2u, 0u, 0u, 4u, 12u), (revision[0], revision[1], threads[0], threads[1], (await cpu.FastAsync(OpTeeFunctionId.CallsCount))[0]));
    });

    public static TheoryData<uint, OpTeeReturn> Refused => new()
    {
        { OpTeeFunctionId.GetSharedMemoryConfig.Value, OpTeeReturn.NotAvailable },
        { OpTeeFunctionId.BootSecondary.Value, OpTeeReturn.NotAvailable },
        { OpTeeFunctionId.GetProtectedMemoryConfig.Value, OpTeeReturn.NotAvailable },
        { OpTeeFunctionId.CacheControllerMutex.Value, OpTeeReturn.UnknownFunction },
        { OpTeeFunctionId.EnableNotifications.Value, OpTeeReturn.UnknownFunction },
        { OpTeeFunctionId.GetNotificationValue.Value, OpTeeReturn.UnknownFunction },
        { OpTeeFunctionId.VmCreated.Value, OpTeeReturn.UnknownFunction },
        { OpTeeFunctionId.VmDestroyed.Value, OpTeeReturn.UnknownFunction },
        { 0xB2007777, OpTeeReturn.UnknownFunction },
        { 0x32007777, OpTeeReturn.BadCommand },
        { OpTeeFunctionId.CallWithRpcArg.Value, OpTeeReturn.BadCommand },
        { OpTeeFunctionId.ReturnFromRpc.Value, OpTeeReturn.Resume },
    };

    [Theory, MemberData(nameof(Refused))]
    public void Given_a_function_that_is_not_served_When_called_Then_its_code_and_the_other_registers_unchanged(uint id, OpTeeReturn expected) => Run(async (cpu, _, _) =>
    {
        var asked = OpTeeRegisters.Fast(new OpTeeFunctionId(id), 0x11);
        (asked[4], asked[5], asked[6]) = (4, 5, 6);

        var back = await cpu.CallAsync(asked);

        Assert.Equal((expected, 0x11u, 4u, 5u, 6u), ((OpTeeReturn)back[0], back[1], back[4], back[5], back[6]));
    });

    [Theory]
    [InlineData(0u, OpTeeReturn.Ok)]
    [InlineData(1u, OpTeeReturn.Ok)]
    [InlineData(2u, OpTeeReturn.NotAvailable)]
    [InlineData(0x80000001u, OpTeeReturn.NotAvailable)]
    public void Given_bits_of_the_normal_world_When_exchanged_Then_any_other_than_uniprocessor_is_refused(uint bits, OpTeeReturn expected) =>
        Run(async (cpu, _, _) => Assert.Equal(expected, (OpTeeReturn)(await cpu.FastAsync(OpTeeFunctionId.ExchangeCapabilities, bits))[0]));

    [Fact]
    public void Check07_Given_messages_at_wrong_addresses_or_with_wrong_commands_When_sent_Then_the_specified_codes() => Run(async (cpu, world, _) =>
    {
        var good = cpu.Message(OpTeeCommand.CloseSession);
        var many = cpu.Message(OpTeeCommand.InvokeCommand);
        OpTeeMessage.WriteParameterCount(many.Owner, 128);

        Assert.Equal(4u, (await cpu.CallAsync(OpTeeRegisters.Call(good.PhysicalAddress + 8)))[0]);
        Assert.Equal(4u, (await cpu.CallAsync(OpTeeRegisters.Call(0x1234_5000)))[0]);
        Assert.Equal(4u, (await cpu.SendAsync(many))[0]);
        Assert.Equal((OpTeeReturn.BadCommand, TeeResult.Generic, TeeOrigin.None), await cpu.AskAsync(OpTeeCommand.DoBottomHalf));
        Assert.Equal((OpTeeReturn.BadCommand, TeeResult.Generic, TeeOrigin.None), await cpu.AskAsync(OpTeeCommand.AssignProtectedMemory));
        Assert.Equal((OpTeeReturn.Ok, TeeResult.ItemNotFound, TeeOrigin.Tee), await cpu.AskAsync(good));
        Assert.Equal(0, world.ThreadsInUse);
    });

    [Fact]
    public void Given_open_invoke_close_and_cancel_of_wrong_shape_When_sent_Then_bad_parameters_of_the_OS() => Run(async (cpu, world, _) =>
    {
        var uuid = OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, TestTa.Uuid);
        var client = OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, Guid.Empty);
        var bad = (OpTeeReturn.Ok, TeeResult.BadParameters, TeeOrigin.Tee);
        var value = OpTeeParameter.Value(OpTeeParameterType.ValueInput);

        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.OpenSession, uuid));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.OpenSession, uuid, value));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.OpenSession, uuid, client with { C = 3 }));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.OpenSession, uuid, client, client));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.OpenSession, uuid, client, value, value, value, value, value));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.InvokeCommand));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.Cancel));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.CloseSession, value));
        Assert.Equal(0, world.Sessions);
    });

    [Fact]
    public void Given_registrations_of_wrong_shape_When_sent_Then_bad_parameters_and_nothing_is_kept() => Run(async (cpu, world, memory) =>
    {
        var bad = (OpTeeReturn.Ok, TeeResult.BadParameters, TeeOrigin.Tee);
        var good = cpu.Buffer(3, 7, OpTeeParameterType.TemporaryOutput, out var data, out var list);
        var foreign = cpu.Buffer(3, 8, OpTeeParameterType.TemporaryOutput, out _, out var listOfForeign);
        BitConverter.TryWriteBytes(listOfForeign.Owner[8..], 0x1234_5000ul);
        var odd = cpu.Buffer(3, 9, OpTeeParameterType.TemporaryOutput, out _, out var listOfOdd);
        listOfOdd.Owner[8] |= 1;

        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, good, good));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, good with { C = 0 }));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, good with { B = ulong.MaxValue }));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, good with { Attribute = OpTeeAttribute.Of(OpTeeParameterType.TemporaryInput, nonContiguous: true) }));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, foreign));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, odd));
        Assert.Equal(0, world.SharedObjects);

        Assert.Equal((OpTeeReturn.Ok, TeeResult.Success, TeeOrigin.Tee), await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, good));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, good));    // L7: a duplicate cookie
        Assert.Equal((OpTeeReturn.Ok, TeeResult.Success, TeeOrigin.Tee), await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, good with { C = 70 }));    // L7: a duplicate range
        Assert.Equal((OpTeeReturn.Ok, TeeResult.Success, TeeOrigin.Tee), await cpu.AskAsync(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 7)));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 7)));
        Assert.Equal(1, world.SharedObjects);
        Assert.True(data.IsShared && list.IsShared && memory.Shared > 0);
    });

    [Theory]
    [InlineData(0, 4096, 5ul, TeeResult.Success)]
    [InlineData(4096, 4096, 5ul, TeeResult.Success)]
    [InlineData(4096, 4097, 5ul, TeeResult.Security)]
    [InlineData(8193, 0, 5ul, TeeResult.Security)]
    [InlineData(-1, 4096, 5ul, TeeResult.Security)]
    [InlineData(0, 4096, 6ul, TeeResult.BadParameters)]
    public void Given_a_registered_reference_When_it_leaves_its_object_Then_security(long offset, long size, ulong cookie, TeeResult expected) => Run(async (cpu, _, _) =>
    {
        await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, cpu.Buffer(2, 5, OpTeeParameterType.TemporaryOutput, out _, out _));
        var session = await cpu.OpenAsync(TestTa.Uuid);

        var answer = await cpu.AskAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Fail,
            OpTeeParameter.Value(OpTeeParameterType.ValueInput), OpTeeParameter.Registered(OpTeeParameterType.RegisteredInOut, (ulong)offset, (ulong)size, cookie)));

        Assert.Equal((OpTeeReturn.Ok, expected), (answer.Code, answer.Result));
    });

    [Fact]
    public void Given_a_contiguous_temporary_reference_When_there_is_no_static_area_Then_bad_parameters() => Run(async (cpu, _, memory) =>
    {
        var session = await cpu.OpenAsync(TestTa.Uuid);
        var page = memory.Allocate(4096)!;

        var answer = await cpu.AskAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Fail,
            OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInOut, page.PhysicalAddress, 100, 1)));

        Assert.Equal(TeeResult.BadParameters, answer.Result);
    });

    [Fact]
    public void Given_all_threads_suspended_When_one_more_calls_Then_thread_limit_with_registers_unchanged_until_one_ends() => Run(async (cpu, world, _) =>
    {
        var suspended = new List<OpTeeRegisters>();
        for (var i = 0; i < 2; i++)
        {
            var session = await cpu.OpenAsync(TestTa.Uuid);
            suspended.Add(await cpu.SendAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Interrupts, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1))));
        }
        var third = cpu.Message(OpTeeCommand.CloseSession);

        var refused = await cpu.SendAsync(third);
        Assert.Equal((1u, (uint)(third.PhysicalAddress >> 32), (uint)third.PhysicalAddress, 1u), (refused[0], refused[1], refused[2], refused[3]));
        Assert.Equal(0u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(suspended[0])))[0]);
        Assert.Equal(0u, (await cpu.SendAsync(third))[0]);
        Assert.Equal(1, world.ThreadsInUse);
    }, options => options.Threads = 2);

    [Fact]
    public void Check07_Given_resumes_of_wrong_threads_When_called_Then_resume_and_the_thread_stays_as_it_is() => Run(async (cpu, world, _) =>
    {
        var session = await cpu.OpenAsync(TestTa.Uuid);
        var back = await cpu.SendAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.OddReturn, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1)));
        Assert.Equal(0xFFFF0001, back[0]);
        var wrong = OpTeeRegisters.ResumeOf(back);

        foreach (var thread in (uint[])[back[3] + 1, 4, 0xFFFF_FFFF])
        {
            wrong[3] = thread;
            Assert.Equal(3u, (await cpu.CallAsync(wrong))[0]);
        }
        Assert.Equal(1, world.ThreadsInUse);
        Assert.Equal(0u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(back)))[0]);
        Assert.Equal(3u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(back)))[0]);
    });

    [Fact]
    public void L9_Given_a_cache_of_RPC_buffers_When_switched_off_Then_given_back_one_by_one_and_busy_while_a_call_runs() => Run(async (cpu, world, memory) =>
    {
        Assert.Equal(0u, (await cpu.FastAsync(OpTeeFunctionId.EnableSharedMemoryCache))[0]);
        var session = await cpu.OpenAsync(TestTa.Uuid);
        var asked = await cpu.SendAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Time, OpTeeParameter.Value(OpTeeParameterType.ValueOutput)));
        Assert.Equal(0xFFFF0000, asked[0]);
        Assert.Equal(2u, (await cpu.FastAsync(OpTeeFunctionId.DisableSharedMemoryCache))[0]);
        var page = memory.Allocate(4096)!;
        var command = await cpu.CallAsync(OpTeeRegisters.ResumeAllocate(asked, page.PhysicalAddress, 0x1_0000_0077));
        Assert.Equal((0xFFFF0005u, 0x1_0000_0077ul), (command[0], command.Pair(1)));

        Assert.Equal(0u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(command)))[0]);

        Assert.Equal(1, world.CachedRpcBuffers);
        var given = await cpu.FastAsync(OpTeeFunctionId.DisableSharedMemoryCache);
        Assert.Equal((0u, 0x1_0000_0077ul), (given[0], given.Pair(1)));
        Assert.Equal(7u, (await cpu.FastAsync(OpTeeFunctionId.DisableSharedMemoryCache))[0]);
    });

    [Fact]
    public void Given_an_RPC_request_that_is_not_served_When_resumed_Then_the_application_sees_GENERIC_and_a_failed_allocation_is_out_of_memory() => Run(async (cpu, _, memory) =>
    {
        var session = await cpu.OpenAsync(TestTa.Uuid);
        var message = cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Sleep, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1));

        var asked = await cpu.SendAsync(message);
        var failed = await cpu.CallAsync(OpTeeRegisters.ResumeAllocate(asked, 0, 0));
        Assert.Equal((0u, TeeResult.OutOfMemory), (failed[0], RawCaller.Header(message).Result));

        asked = await cpu.SendAsync(message);
        var command = await cpu.CallAsync(OpTeeRegisters.ResumeAllocate(asked, memory.Allocate(4096)!.PhysicalAddress, 5));
        var free = await cpu.CallAsync(OpTeeRegisters.ResumeOf(command));
        Assert.Equal((0xFFFF0002u, 5ul), (free[0], free.Pair(1)));
        Assert.Equal(0u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(free)))[0]);
        Assert.Equal(TeeResult.Generic, RawCaller.Header(message).Result);
    });

    [Fact]
    public void Section10_Given_a_virtualization_build_When_machines_come_and_go_Then_the_rules_of_the_table() => Run(async (cpu, world, _) =>
    {
        Assert.Equal(14u, (await cpu.FastAsync(OpTeeFunctionId.CallsCount))[0]);
        Assert.Equal(7u, (await cpu.SendAsync(cpu.Message(OpTeeCommand.CloseSession)))[0]);
        Assert.Equal(7u, (await cpu.FastAsync(OpTeeFunctionId.VmCreated, 5, client: 5))[0]);
        Assert.Equal(7u, (await cpu.FastAsync(OpTeeFunctionId.VmCreated, 0))[0]);
        Assert.Equal(7u, (await cpu.FastAsync(OpTeeFunctionId.VmCreated, 0x10000))[0]);
        Assert.Equal(0u, (await cpu.FastAsync(OpTeeFunctionId.VmCreated, 5))[0]);
        Assert.Equal(7u, (await cpu.FastAsync(OpTeeFunctionId.VmCreated, 5))[0]);
        Assert.Equal(7u, (await cpu.SendAsync(cpu.Message(OpTeeCommand.CloseSession), client: 6))[0]);
        Assert.Equal(0u, (await cpu.SendAsync(cpu.Message(OpTeeCommand.CloseSession), client: 5))[0]);
        await cpu.OpenAsync(TestTa.Uuid, client: 5);
        Assert.Equal(7u, (await cpu.FastAsync(OpTeeFunctionId.VmDestroyed, 5, client: 5))[0]);
        Assert.Equal((0u, 0u), ((await cpu.FastAsync(OpTeeFunctionId.VmDestroyed, 5))[0], (await cpu.FastAsync(OpTeeFunctionId.VmDestroyed, 77))[0]));
        Assert.True(world.IsClean);
        Assert.Equal([5u], world.DestroyedClients);
    }, options => options.HasVirtualization = true);

    [Fact]
    public void Given_the_normal_world_that_rewrites_its_message_while_the_call_runs_When_it_ends_Then_what_was_copied_counts() => Run(async (cpu, _, _) =>
    {
        var session = await cpu.OpenAsync(TestTa.Uuid);
        var message = cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Interrupts, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 2));

        var back = await cpu.SendAsync(message);
        message.Owner.Fill(0xEE);
        back = await cpu.CallAsync(OpTeeRegisters.ResumeOf(back));
        message.Owner.Fill(0xEE);
        back = await cpu.CallAsync(OpTeeRegisters.ResumeOf(back));

        Assert.Equal((0u, TeeResult.Success), (back[0], RawCaller.Header(message).Result));
        Assert.True(!message.Owner[28..].ContainsAnyExcept((byte)0xEE));
    });
}
