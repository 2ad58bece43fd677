using MinkActors.Protocol.Qseecom;

namespace MinkActors.Protocol.Tests.Qseecom;

public sealed class ScmTests
{
    [Theory]
    [InlineData(0L, QseecomErrno.Ok, ScmAction.Interpret)]
    [InlineData(1L, QseecomErrno.Ok, ScmAction.RepeatAtOnce)]
    [InlineData(2L, QseecomErrno.EINVAL, ScmAction.WaitAndResume)]
    [InlineData(-1L, QseecomErrno.EIO, ScmAction.Fail)]
    [InlineData(-2L, QseecomErrno.EINVAL, ScmAction.Fail)]
    [InlineData(-3L, QseecomErrno.EINVAL, ScmAction.Fail)]
    [InlineData(-4L, QseecomErrno.EOPNOTSUPP, ScmAction.Fail)]
    [InlineData(-5L, QseecomErrno.ENOMEM, ScmAction.Fail)]
    [InlineData(-12L, QseecomErrno.EBUSY, ScmAction.SleepAndRepeat)]
    [InlineData(77L, QseecomErrno.EINVAL, ScmAction.Fail)]
    public void Given_a_status_When_mapped_Then_errno_and_action_are_those_of_section_4(long status, QseecomErrno errno, ScmAction action)
    {
        ScmRegisters returned = default;
        returned[0] = (ulong)status;

        Assert.Equal(errno, ((ScmStatus)status).ToErrno());
        Assert.Equal(action, ScmStatusMapping.ActionFor(returned, ScmConvention.Smc64));
    }

    [Fact]
    public void Given_a_32_bit_convention_When_busy_comes_back_Then_it_is_read_at_that_width() =>
        Assert.Equal(ScmStatus.Busy, ScmStatusMapping.Read(0xFFFF_FFF4, ScmConvention.Smc32));

    [Fact]
    public void Given_a_wait_context_other_than_0_When_asked_to_sleep_Then_the_call_fails()
    {
        ScmRegisters returned = default;
        (returned[0], returned[1]) = (2, 1);

        Assert.Equal(ScmAction.Fail, ScmStatusMapping.ActionFor(returned, ScmConvention.Smc64));
    }

    [Theory]
    [InlineData(0ul, 0xEE01ul, QseecomErrno.Ok)]
    [InlineData(0ul, 0xEE02ul, QseecomErrno.EINVAL)]
    [InlineData(0xFFFF_FFFFul, 0ul, QseecomErrno.ENOENT)]
    [InlineData(ulong.MaxValue, 0ul, QseecomErrno.EINVAL)]
    [InlineData(1ul, 0xEE02ul, QseecomErrno.EINVAL)]
    public void Given_a_look_up_answer_When_interpreted_Then_the_errno_is_that_of_section_6(ulong result, ulong type, QseecomErrno errno) =>
        Assert.Equal(errno, new QseecomResponse(result, type, 5).InterpretLookup(out _));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Given_a_name_When_written_Then_63_bytes_pass_and_64_are_refused(int length, bool passes)
    {
        Assert.Equal(passes, QseecomLimits.TryWriteName(new byte[64], new byte[length], out var refusal));
        Assert.Equal(passes ? "none" : "ApplicationName[0] is 64, limit 63", refusal.ToString());
    }

    [Fact]
    public void Given_a_wrong_argument_word_or_function_When_read_Then_the_secure_side_answers_minus_2_or_minus_4()
    {
        ScmRegisters registers = default;
        (registers[0], registers[1]) = (0x7200_0103, 0x23);
        var arguments = new ulong[10];

        Assert.False(ScmFrame.TryRead(registers, arguments, out _, out _, out var status));
        Assert.Equal(ScmStatus.BadArgument, status);
        registers[0] = 0x7201_0103;
        Assert.False(ScmFrame.TryRead(registers, arguments, out _, out _, out status));
        Assert.Equal(ScmStatus.NotSupported, status);
    }

    [Fact]
    public void Given_a_wide_argument_When_built_for_32_bits_Then_refused()
    {
        Assert.False(ScmFrame.TryBuild(QseecomCall.AppLookup, ScmConvention.Smc32, [0x1_0000_0000, 5], 0, out _, out var refusal));
        Assert.Equal(QseecomField.Argument, refusal.Field);
        Assert.False(ScmExtensionBlock.TryWrite(new byte[28], ScmConvention.Smc32, [1, 2, 3, 0x1_0000_0000, 5], out refusal));
        Assert.Equal((QseecomField.Argument, 3), (refusal.Field, refusal.Index));
    }
}
