using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>Guests behind the mediator, as actors, with whole drivers (spec 09 sections 12 to 14).</summary>
public sealed class MediatedGuestTests
{
    [Fact]
    public void Check11_M16_Given_a_guest_that_does_everything_When_scanned_at_every_step_Then_it_never_sees_a_host_address() => GuestWorld.Run(async world =>
    {
        var (guest, driver) = await world.StartGuestAsync(3);
        await using var session = await driver.OpenSessionAsync(TestTa.Uuid, OpTeeArgument.Value(7));
        await using var buffer = await driver.ShareMemoryAsync(3 * 4096);

        var sum = await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(2, 3), OpTeeArgument.OutValue);
        var upper = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In(Encoding.ASCII.GetBytes(new string('x', 5000))), OpTeeArgument.Out(5000));
        var filled = await session.InvokeAsync(TestTa.Fill, OpTeeArgument.Part(buffer, OpTeeParameterType.RegisteredOutput, 4000, 200), OpTeeArgument.Value(9));
        var borrowed = await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(1, 40_000));
        var slept = await session.InvokeAsync(TestTa.Both);

        Assert.Equal((5ul, 7ul), sum.Value(1));
        Assert.Equal(new string('X', 5000), Encoding.ASCII.GetString(upper.Bytes(1)));
        Assert.True(filled.IsSuccess && borrowed.IsSuccess && slept.IsSuccess && !buffer.Span[4000..4200].ContainsAnyExcept((byte)9));
        Assert.Equal((1, 3), (guest.SharedBuffers, guest.SharedPages));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Check10_M31_Given_two_guests_with_equal_cookies_and_thread_ids_When_they_work_at_once_Then_they_do_not_meet(ulong seed) => GuestWorld.Run(async world =>
    {
        var works = new List<Task>();
        foreach (var domain in (ushort[])[0, 1, 7])
        {
            var (_, driver) = await world.StartGuestAsync(domain);
            works.Add(Work(driver, domain));
        }
        await Task.WhenAll(works);

        async Task Work(OpTeeSystem driver, ushort domain)
        {
            await using var session = await driver.OpenSessionAsync(TestTa.Shared, OpTeeArgument.Value(domain));
            await using var buffer = await driver.ShareMemoryAsync(4096);
            await session.InvokeAsync(TestTa.Fill, OpTeeArgument.Part(buffer), OpTeeArgument.Value((ulong)domain + 1));
            await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(1, 100));
            var state = await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1, 1), OpTeeArgument.OutValue);
            // The single instance is one for each guest: three calls before this one.
            var count = await session.InvokeAsync(TestTa.Count, OpTeeArgument.InOutValue(0));
            Assert.Equal(((ulong)domain, 4ul), (state.Value(1).B, count.Value(0).A));
            Assert.True(!buffer.Span.ContainsAnyExcept((byte)(domain + 1)));
        }
    }, seed: seed);

    [Theory]
    [InlineData(129, true)]
    [InlineData(130, false)]
    public void Check04_M14_Given_a_buffer_of_many_pages_When_registered_through_the_mediator_Then_129_pass_and_130_do_not(int pages, bool passes) => GuestWorld.Run(async world =>
    {
        var (guest, driver) = await world.StartGuestAsync(0);

        if (passes) await (await driver.ShareMemoryAsync(pages * 4096)).DisposeAsync();
        else Assert.Equal(TeeResult.OutOfMemory, (await Assert.ThrowsAsync<OpTeeResultException>(() => driver.ShareMemoryAsync(pages * 4096))).Result);

        Assert.Equal((0, 0, 0), (guest.SharedBuffers, guest.SharedPages, guest.Memory.Pins));
    });

    [Fact]
    public void Check04_Given_sixteen_buffers_When_one_more_is_registered_Then_out_of_memory_until_one_goes() => GuestWorld.Run(async world =>
    {
        var (guest, driver) = await world.StartGuestAsync(0);
        var buffers = new List<OpTeeBuffer>();
        for (var i = 0; i < 16; i++) buffers.Add(await driver.ShareMemoryAsync(4096));

        await Assert.ThrowsAsync<OpTeeResultException>(() => driver.ShareMemoryAsync(4096));
        await buffers[3].DisposeAsync();
        await using var fits = await driver.ShareMemoryAsync(4096);

        Assert.Equal((16, 16), (guest.SharedBuffers, guest.SharedPages));
    });

    [Theory]
    [InlineData(64, 16)]
    [InlineData(4, 4)]
    public void Check05_M08_D144_Given_all_call_slots_suspended_When_one_more_calls_Then_it_waits_and_passes_when_one_ends(int threads, int slots) => GuestWorld.Run(async world =>
    {
        var (guest, driver) = await world.StartGuestAsync(0, options => options.Limits = new SisterLimits { Slots = 64 });
        var sessions = new List<OpTeeSession>();
        for (var i = 0; i <= slots; i++) sessions.Add(await driver.OpenSessionAsync(TestTa.Uuid));
        var slow = sessions.Take(slots).Select((session, i) => session.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(60_000 + ((ulong)i * 1000)))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(10), world.Actors.Time);

        var extra = sessions[slots].InvokeAsync(TestTa.Add, OpTeeArgument.Value(1, 1), OpTeeArgument.OutValue);
        await Task.Delay(TimeSpan.FromSeconds(10), world.Actors.Time);

        Assert.Equal((slots, false), (guest.Calls, extra.IsCompleted));
        Assert.Equal(2ul, (await extra).Value(1).A);
        await Task.WhenAll(slow);
    }, options => options.Threads = threads);

    [Fact]
    public void Check06_M10_M27_Given_a_guest_that_changes_its_message_at_every_read_When_it_calls_Then_nothing_validated_changes() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var session = await Session(cpu);
        var buffer = cpu.Buffer(2, 5, OpTeeParameterType.TemporaryOutput, out var data, out var list);
        var message = cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Fill, buffer, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 0x5A));
        var reads = 0;
        guest.Memory.AfterRead = page =>
        {
            // Whatever was read is another thing the moment after: the message, and the page list.
            reads++;
            if (page == message.PhysicalAddress) message.Owner.Fill(0xFF);
            if (page == list.PhysicalAddress) list.Owner.Fill(0xFF);
        };

        var back = await cpu.SendAsync(message);
        guest.Memory.AfterRead = null;

        Assert.Equal((0u, 2), (back[0], reads));
        Assert.True(!data.Owner.ContainsAnyExcept((byte)0x5A));
        // Written back: session, ret, origin, and the size of the one output (M27).
        Assert.Equal(TeeResult.Success, RawCaller.Header(message).Result);
        Assert.True(!message.Owner[..8].ContainsAnyExcept((byte)0xFF) && !message.Owner[12..20].ContainsAnyExcept((byte)0xFF) && !message.Owner[28..48].ContainsAnyExcept((byte)0xFF) && !message.Owner[56..].ContainsAnyExcept((byte)0xFF));
        Assert.Equal(8192ul, BitConverter.ToUInt64(message.Owner[48..]));
    });

    [Fact]
    public void M23_Given_a_guest_that_changes_its_RPC_answer_at_every_read_When_resumed_Then_OP_TEE_gets_one_version() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var session = await Session(cpu);
        var message = cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Time, OpTeeParameter.Value(OpTeeParameterType.ValueOutput));
        var rpc = guest.Memory.Allocate(4096)!;
        var asked = await cpu.CallAsync(OpTeeRegisters.ResumeAllocate(await cpu.SendAsync(message), rpc.PhysicalAddress, 9));
        OpTeeMessage.WriteParameter(rpc.Owner, 0, OpTeeParameter.Value(OpTeeParameterType.ValueOutput, 111, 222));
        OpTeeMessage.WriteOutcome(rpc.Owner, TeeResult.Success, TeeOrigin.None);
        guest.Memory.AfterRead = page => rpc.Owner.Fill(0xFF);

        var free = await cpu.CallAsync(OpTeeRegisters.ResumeOf(asked));
        guest.Memory.AfterRead = null;
        await cpu.CallAsync(OpTeeRegisters.ResumeOf(free));

        Assert.Equal(0xFFFF0002, free[0]);
        Assert.Equal((111ul, 222ul), (OpTeeMessage.ReadParameter(message.Owner, 0).A, OpTeeMessage.ReadParameter(message.Owner, 0).B));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public void M17_M18_Given_a_suspended_call_When_two_processors_resume_it_Then_exactly_one_wins(ulong seed) => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var session = await Session(cpu);
        var back = await cpu.SendAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Interrupts, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1)));

        var both = await Task.WhenAll(cpu.CallAsync(OpTeeRegisters.ResumeOf(back)), cpu.CallAsync(OpTeeRegisters.ResumeOf(back)));

        Assert.Equal([0u, 3u], both.Select(registers => registers[0]).Order());
        Assert.Equal(0, guest.Calls);
    }, seed: seed);

    [Fact]
    public void M31_Given_a_suspended_call_of_one_guest_When_another_guest_resumes_its_thread_Then_resume_is_refused() => GuestWorld.Run(async world =>
    {
        var (owner, cpu) = await world.StartRawGuestAsync(0);
        var (_, thief) = await world.StartRawGuestAsync(1);
        var session = await Session(cpu);
        var back = await cpu.SendAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Interrupts, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1)));

        Assert.Equal(3u, (await thief.CallAsync(OpTeeRegisters.ResumeOf(back)))[0]);
        Assert.Equal(1, owner.Calls);
        Assert.Equal(0u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(back)))[0]);
    });

    [Fact]
    public void M02_Given_a_domain_that_OP_TEE_knows_already_When_created_Then_refused_and_nothing_attached() => GuestWorld.Run(async world =>
    {
        await using var first = await world.Mediator.CreateGuestAsync(4);
        var hypervisor = new RawCaller(world.Actors, world.Mediator.OpTee, new PhysicalMemory());
        await hypervisor.FastAsync(OpTeeFunctionId.VmCreated, 6);

        var known = await Assert.ThrowsAsync<MinkTransportException>(() => world.Mediator.CreateGuestAsync(4));
        var refused = await Assert.ThrowsAsync<MinkTransportException>(() => world.Mediator.CreateGuestAsync(5));
        await hypervisor.FastAsync(OpTeeFunctionId.VmDestroyed, 6);
        await using var works = await world.Mediator.CreateGuestAsync(5);

        Assert.Equal((Protocol.Errno.ENODEV, Protocol.Errno.ENODEV), (known.Errno, refused.Errno));
    });

    [Fact]
    public void M01_Given_an_OP_TEE_without_virtualization_When_a_mediator_is_made_Then_there_is_none()
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 1 });
        actors.Run(async () =>
        {
            var absent = await Assert.ThrowsAsync<MinkTransportException>(() => OpTeeMediator.StartAsync(
                new SecureWorldContext(actors, new PhysicalMemory(), NullLogger.Instance), options => options.HasVirtualization = false));
            Assert.Equal(Protocol.Errno.ENODEV, absent.Errno);
        });
    }

    [Fact]
    public void M28_D146_Given_a_message_page_that_is_taken_during_the_call_When_it_ends_Then_bad_address_and_the_context_is_free() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var session = await Session(cpu);
        var message = cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Interrupts, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1));
        var back = await cpu.SendAsync(message);
        Assert.True(guest.Memory.TryTake(message.PhysicalAddress));

        Assert.Equal(4u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(back)))[0]);

        Assert.Equal((0, 0), (guest.Calls, guest.Shadows.Live));
    });

    [Fact]
    public void Given_registered_memory_When_the_guest_is_to_give_a_page_up_Then_busy_while_it_is_pinned_and_freed_memory_stays_until_the_last_pin() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var buffer = cpu.Buffer(2, 5, OpTeeParameterType.TemporaryOutput, out var data, out _);
        await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, buffer);

        Assert.False(guest.Memory.TryTake(data.PhysicalAddress));
        guest.Memory.Free(data);
        Assert.True(data.IsShared);
        await cpu.AskAsync(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 5));

        Assert.False(data.IsShared);
    });

    [Fact]
    public void M09_M10_Given_a_page_that_the_guest_has_given_back_When_only_a_pin_holds_it_Then_it_is_no_message_of_the_guest() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var buffer = cpu.Buffer(1, 5, OpTeeParameterType.TemporaryOutput, out var data, out _);
        await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, buffer);
        guest.Memory.Free(data);

        Assert.Equal(4u, (await cpu.CallAsync(OpTeeRegisters.Call(data.PhysicalAddress)))[0]);
        await cpu.AskAsync(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 5));
    });

    [Fact]
    public void D146_Given_a_registration_whose_task_has_died_When_it_succeeds_Then_it_is_undone_and_no_pin_stays() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var back = await cpu.SendAsync(cpu.Message(OpTeeCommand.RegisterSharedMemory, cpu.Buffer(3, 5, OpTeeParameterType.TemporaryOutput, out _, out _)));
        Assert.Equal(0xFFFF_0004u, back[0]);

        Assert.Equal(1, await guest.AbandonCallsAsync());
        await Task.Delay(TimeSpan.FromSeconds(1), world.Actors.Time);

        Assert.True(guest.IsClean);
        Assert.Equal(0, world.Secure.SharedObjects);
    }, options => options.InterruptEvery = 1);

    private static Task<uint> Session(RawCaller cpu) => cpu.OpenAsync(TestTa.Uuid);
}
