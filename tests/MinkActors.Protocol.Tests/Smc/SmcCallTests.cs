namespace MinkActors.Protocol.Tests.Smc;

/// <summary>Doc 02, section 6.</summary>
public class SmcCallTests
{
    [Theory]
    [InlineData(2, true, SmcCall.InvokeFunctionId)]
    [InlineData(1, true, SmcCall.CallbackResponseFunctionId)]
    [InlineData(2, false, SmcCall.InvokeFunctionId32)]
    [InlineData(1, false, SmcCall.CallbackResponseFunctionId32)]
    public void Given_service_and_command_When_made_a_function_id_Then_it_is_that_of_the_table(byte command, bool is64Bit, uint id) =>
        Assert.Equal(id, SmcCall.FunctionId(0x06, command, is64Bit));

    [Fact]
    public void Given_the_kinds_of_arguments_When_made_argument_info_Then_it_is_that_of_the_table()
    {
        Assert.Equal(SmcCall.InvokeArgumentInfo, SmcCall.ArgumentInfo(2, 0, 2, 0));
        Assert.Equal(SmcCall.CallbackResponseArgumentInfo, SmcCall.ArgumentInfo(2, 0));
    }

    [Fact]
    public void Given_two_buffers_When_invoked_Then_the_registers_are_those_of_the_table()
    {
        var registers = SmcCall.Invoke(0x1000, 4096, 0x2000, 8192);

        Assert.Equal<ulong>([0x72000602ul, 0x224, 0x1000, 4096, 0x2000, 8192], [registers.X0, registers.X1, registers.X2, registers.X3, registers.X4, registers.X5]);
    }

    [Fact]
    public void Given_a_callback_reply_When_submitted_Then_the_registers_are_those_of_the_table()
    {
        var registers = SmcCall.CallbackResponse(0x2000, 8192);

        Assert.Equal<ulong>([0x72000601ul, 0x22, 0x2000, 8192, 0, 0], [registers.X0, registers.X1, registers.X2, registers.X3, registers.X4, registers.X5]);
    }

    [Theory]
    [InlineData(0xFFFFFFA0ul, -96)]
    [InlineData(0xDEADBEEF_0000000Aul, 10)]
    [InlineData(0xFFFFFFFF_FFFFFFA0ul, -96)]
    public void Given_a_result_register_When_read_Then_only_the_low_half_counts(ulong x2, int result) =>
        Assert.Equal((ResultCode)result, new SmcRegisters { X2 = x2 }.Result);

    [Theory]
    [InlineData(0ul, 3ul, true)]
    [InlineData(0ul, 0ul, false)]
    [InlineData(0ul, 4ul, false)]
    [InlineData(0ul, 0x1_00000003ul, false)]
    [InlineData(1ul, 3ul, false)]
    public void Given_status_and_response_type_When_read_Then_only_3_with_status_0_is_a_callback_request(ulong x0, ulong x1, bool waits) =>
        Assert.Equal(waits, new SmcRegisters { X0 = x0, X1 = x1 }.IsCallbackRequest);

    [Fact]
    public void Given_what_the_secure_side_returns_When_read_Then_status_type_and_result_agree()
    {
        var completed = SmcCall.Completed(ResultCode.Defunct);
        var failed = SmcCall.Failed(SmcCall.StatusBadAddress);

        Assert.Equal((0L, SmcCall.Done, ResultCode.Defunct), (completed.Status, completed.ResponseType, completed.Result));
        Assert.Equal(-3L, failed.Status);
        Assert.True(SmcCall.CallbackWaits().IsCallbackRequest);
    }
}
