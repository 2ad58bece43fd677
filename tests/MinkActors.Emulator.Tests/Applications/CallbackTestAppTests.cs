using MinkActors.Emulator.TestApplications;
using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Applications;

/// <summary>ITestCBack of tzecotestapp, spec/04 section 7.5, with the client of section 7.4.</summary>
public class CallbackTestAppTests
{
    private static readonly byte[] Bytes = [0, 1, 2, 3, 4, 5, 6, 7];

    private static async Task RunAsync(Func<TestWorld, Capability, Task> test)
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(TestApp.DistinguishedName);
        using var target = (await new OpenerProxy(app.Object).OpenAsync(TestApp.CallbackTest))!;
        await test(world, target);
        // The client's own reference is gone by now: what the test object kept is all that may be left.
        Assert.Empty(world.Secure.CallbackIds);
    }

    private static async Task<ResultCode> InvokeAsync(Capability target, ushort op, params Argument[] arguments)
    {
        using var reply = await target.InvokeAsync(op, arguments);
        return reply.Code;
    }

    [Theory]
    [InlineData(ITestCBack.Ops.Call, ITestCallable.Ops.Call, false)]
    [InlineData(ITestCBack.Ops.CallWithBuffer, ITestCallable.Ops.CallWithBuffer, true)]
    [InlineData(ITestCBack.Ops.CallWithBufferOut, ITestCallable.Ops.CallWithBufferOut, false)]
    [InlineData(ITestCBack.Ops.CallGetObject, ITestCallable.Ops.CallGetObject, false)]
    [InlineData(ITestCBack.Ops.CallGetThreeObjects, ITestCallable.Ops.CallGetThreeObjects, false)]
    [InlineData(ITestCBack.Ops.CallFuncWithBuffer, ITestCallable.Ops.CallFuncWithBuffer, true)]
    [InlineData(ITestCBack.Ops.CallGetMemObject, ITestCallable.Ops.CallGetMemObject, false)]
    [InlineData(ITestCBack.Ops.CallGetMemObjectWithBufferIn, ITestCallable.Ops.CallGetMemObjectWithBufferIn, true)]
    [InlineData(ITestCBack.Ops.CallGetMemObjectWithBufferOut, ITestCallable.Ops.CallGetMemObjectWithBufferOut, false)]
    [InlineData(ITestCBack.Ops.CallGetMemObjectWithBufferInAndOut, ITestCallable.Ops.CallGetMemObjectWithBufferInAndOut, true)]
    [InlineData(ITestCBack.Ops.CallGetTwoMemObjects, ITestCallable.Ops.CallGetTwoMemObjects, false)]
    public Task Given_a_callee_When_an_op_is_called_Then_the_matching_op_once_and_0(ushort op, ushort calleeOp, bool hasBuffer) => RunAsync(async (world, target) =>
    {
        var callee = new TestCallee(world.Mink) { Expected = Bytes };
        using var exported = world.Mink.Export(callee);

        var code = hasBuffer ? await InvokeAsync(target, op, Argument.In(Bytes), Argument.In(exported)) : await InvokeAsync(target, op, Argument.In(exported));

        Assert.Equal((ResultCode.Ok, 1, 1), (code, callee.Calls.GetValueOrDefault(calleeOp), callee.Calls.Values.Sum()));
    });

    [Theory]
    [InlineData(ITestCBack.Ops.Call)]
    [InlineData(ITestCBack.Ops.CallWithBufferOut)]
    [InlineData(ITestCBack.Ops.CallGetObject)]
    [InlineData(ITestCBack.Ops.CallGetThreeObjects)]
    [InlineData(ITestCBack.Ops.CallReturnError)]
    [InlineData(ITestCBack.Ops.CallGetMemObject)]
    [InlineData(ITestCBack.Ops.CallGetTwoMemObjects)]
    public Task Given_no_callee_When_an_op_is_called_Then_NULL_OBJ(ushort op) => RunAsync(async (_, target) =>
        Assert.Equal(ITestCBack.Errors.NullObj, await InvokeAsync(target, op, Argument.In((Capability?)null))));

    [Fact]
    public Task Given_the_callee_answers_a_code_When_called_Then_it_comes_back_unchanged() => RunAsync(async (world, target) =>
    {
        using var exported = world.Mink.Export(new TestCallee(world.Mink) { Expected = Bytes, Preset = (ResultCode)77 });

        Assert.Equal((ResultCode)77, await InvokeAsync(target, ITestCBack.Ops.Call, Argument.In(exported)));
        Assert.Equal((ResultCode)0x0AFAFAFA, await InvokeAsync(target, ITestCBack.Ops.CallWithBuffer, Argument.In(Bytes[..7]), Argument.In(exported)));
        Assert.Equal(ResultCode.Error, await InvokeAsync(target, ITestCBack.Ops.CallReturnError, Argument.In(exported)));
    });

    [Theory]
    [InlineData("fill")]
    [InlineData("pattern")]
    [InlineData("no memory")]
    public Task Given_a_callee_with_a_wrong_answer_When_it_is_checked_Then_BAD_OUTPUT(string wrong) => RunAsync(async (world, target) =>
    {
        using var exported = world.Mink.Export(new TestCallee(world.Mink)
        {
            Fill = wrong == "fill" ? (byte)'B' : (byte)'A',
            Pattern = wrong == "pattern" ? 1u : ITestMemManager.Pattern1,
            GivesMemory = wrong != "no memory",
        });

        Assert.Equal(ITestCBack.Errors.BadOutput, await InvokeAsync(target, ITestCBack.Ops.CallGetMemObjectWithBufferOut, Argument.In(exported)));
    });

    [Fact]
    public Task Given_a_kept_callee_When_set_called_and_set_to_null_Then_it_is_called_once_and_released() => RunAsync(async (world, target) =>
    {
        var callee = new TestCallee(world.Mink);
        Assert.Equal(ITestCBack.Errors.NullObj, await InvokeAsync(target, ITestCBack.Ops.CallSet));
        using (var exported = world.Mink.Export(callee)) Assert.Equal(ResultCode.Ok, await InvokeAsync(target, ITestCBack.Ops.Set, Argument.In(exported)));
        Assert.Empty(callee.Calls);

        Assert.Equal(ResultCode.Ok, await InvokeAsync(target, ITestCBack.Ops.CallSet));
        Assert.Equal(ResultCode.Ok, await InvokeAsync(target, ITestCBack.Ops.Set, Argument.In((Capability?)null)));

        Assert.Equal((1, 0), (callee.Calls[ITestCallable.Ops.Call], world.Mink.GetLiveReferences().HeldBySecureWorld.Count));
    });

    [Fact]
    public Task Given_an_argument_object_When_handed_on_Then_the_callee_gets_the_clients_own_or_the_secure_one() => RunAsync(async (world, target) =>
    {
        var callee = new TestCallee(world.Mink);
        using var exported = world.Mink.Export(callee);
        using var argument = world.Mink.Export(new Callback());

        Assert.Equal(ResultCode.Ok, await InvokeAsync(target, ITestCBack.Ops.CallWithObject, Argument.In(argument), Argument.In(exported)));
        Assert.Equal(ResultCode.Ok, await InvokeAsync(target, ITestCBack.Ops.CallWithObject, Argument.In(target), Argument.In(exported)));

        Assert.Equal(2, callee.Calls[ITestCallable.Ops.CallWithObject]);
    });

    [Fact]
    public Task Given_numbers_and_buffers_When_passed_through_Then_they_come_back() => RunAsync(async (world, target) =>
    {
        using var exported = world.Mink.Export(new TestCallee(world.Mink));
        var proxy = new TestCBackProxy(target);
        var copy = new byte[5];

        Assert.Equal(1u, await proxy.CallAddIntAsync(uint.MaxValue, 2, exported));
        Assert.Equal(1, await proxy.CallWithDelayAsync(exported));
        Assert.Equal(5, await proxy.CallCopyBufferAsync(Bytes, copy));
        Assert.Equal(Bytes[..5], copy);
    });

    [Theory]
    [InlineData(1u, 12)]
    [InlineData(0x13u, 12)]
    [InlineData(0xEu, 10)]
    [InlineData(0u, 10)]
    public async Task Given_other_numbers_When_opened_Then_not_supported_or_not_found(uint id, int code)
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(TestApp.DistinguishedName);

        var refused = await Assert.ThrowsAsync<OpenerException>(async () => await new OpenerProxy(app.Object).OpenAsync(id));

        Assert.Equal((ResultCode)code, refused.Code);
    }
}
