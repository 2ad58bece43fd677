namespace MinkActors.Protocol.Tests.Results;

/// <summary>Doc 01, sections 7.1 and 7.2.</summary>
public class ErrnoMappingTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(-12, -97)]
    [InlineData(-19, -90)]
    [InlineData(-28, -99)]
    [InlineData(-16, -99)]
    [InlineData(-9, -96)]
    [InlineData(-22, -96)]
    [InlineData(-4, 1)]
    [InlineData(-5, 1)]
    [InlineData(-90, 1)]
    [InlineData(-96, 1)]
    [InlineData(-103, 1)]
    [InlineData(int.MinValue, 1)]
    public void Given_an_outcome_at_the_device_ABI_When_answered_Then_it_follows_the_table_of_7_1(int outcome, int result) =>
        Assert.Equal((ResultCode)result, ErrnoMapping.ToResult(outcome));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(77)]
    [InlineData(int.MaxValue)]
    public void D29_Given_a_positive_outcome_When_answered_Then_the_peer_reads_the_same_number(int outcome) =>
        Assert.Equal((ResultCode)outcome, ErrnoMapping.ToResult(outcome));

    [Theory]
    [InlineData(0, Errno.Ok)]
    [InlineData(-97, Errno.ENOMEM)]
    [InlineData(5, Errno.ENOMEM)]
    [InlineData(-90, Errno.ENODEV)]
    [InlineData(-99, Errno.EBUSY)]
    [InlineData(-96, Errno.EAGAIN)]
    [InlineData(-92, Errno.EBADF)]
    [InlineData(-93, Errno.EMFILE)]
    [InlineData(-94, Errno.E2BIG)]
    [InlineData(-95, Errno.EMSGSIZE)]
    [InlineData(-103, Errno.ETIMEDOUT)]
    [InlineData(2, Errno.EINVAL)]
    [InlineData(1, Errno.EIO)]
    [InlineData(10, Errno.EIO)]
    [InlineData(-98, Errno.EIO)]
    public void Given_a_result_When_an_API_needs_an_errno_Then_it_follows_the_rule_of_7_2(int result, Errno errno) =>
        Assert.Equal(errno, ErrnoMapping.FromResult((ResultCode)result));

    [Theory]
    [InlineData(0L, Errno.Ok)]
    [InlineData(-1L, Errno.EIO)]
    [InlineData(-2L, Errno.EINVAL)]
    [InlineData(-3L, Errno.EINVAL)]
    [InlineData(-4L, Errno.EOPNOTSUPP)]
    [InlineData(-5L, Errno.ENOMEM)]
    [InlineData(-12L, Errno.EBUSY)]
    [InlineData(-7L, Errno.EINVAL)]
    [InlineData(long.MinValue, Errno.EINVAL)]
    public void Given_a_status_of_the_monitor_call_When_mapped_Then_it_follows_the_second_table_of_7_2(long status, Errno errno) =>
        Assert.Equal(errno, ErrnoMapping.FromSmcStatus(status));

    [Theory]
    [InlineData(Errno.EINVAL, 22)]
    [InlineData(Errno.ENOTSUPP, 524)]
    [InlineData(Errno.EOPNOTSUPP, 95)]
    [InlineData(Errno.ETIMEDOUT, 110)]
    [InlineData(Errno.EMSGSIZE, 90)]
    public void Given_an_errno_When_seen_as_a_number_Then_it_is_that_of_Linux(Errno errno, int number) => Assert.Equal(number, (int)errno);
}
