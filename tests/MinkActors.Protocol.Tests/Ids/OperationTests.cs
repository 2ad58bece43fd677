namespace MinkActors.Protocol.Tests.Ids;

/// <summary>Doc 01, section 2.1.</summary>
public class OperationTests
{
    [Theory]
    [InlineData(0x00010002u)]
    [InlineData(0xFFFF0002u)]
    [InlineData(0x80000002u)]
    public void D14_Given_modifier_bits_When_the_method_is_read_Then_they_are_masked_off(uint word)
    {
        var operation = new Operation(word);

        Assert.Equal(2, operation.Method);
        Assert.Equal(new Operation(2), operation.Masked);
        Assert.Equal(word & 0xFFFF0000, operation.Modifiers);
        Assert.True(operation.HasModifiers);
    }

    [Theory]
    [InlineData(0x0000FFFFu, true, false)]
    [InlineData(0x0001FFFFu, true, false)]
    [InlineData(0x0000FFFEu, false, true)]
    [InlineData(0x8000FFFEu, false, true)]
    [InlineData(0x0000FFFDu, false, false)]
    [InlineData(0xFFFF0000u, false, false)]
    public void Given_an_op_When_asked_for_release_and_retain_Then_the_method_alone_decides(uint word, bool release, bool retain)
    {
        var operation = new Operation(word);

        Assert.Equal((release, retain, release || retain), (operation.IsRelease, operation.IsRetain, operation.CountsReferences));
    }

    [Theory]
    [InlineData(0x0000u, true)]
    [InlineData(0x3FFFu, true)]
    [InlineData(0xFFFDu, true)]
    [InlineData(0xFFFEu, false)]
    [InlineData(0xFFFFu, false)]
    [InlineData(0x10000u, false)]
    public void D15_Given_an_op_from_a_caller_When_checked_Then_counting_and_modifiers_are_refused(uint word, bool allowed) =>
        Assert.Equal(allowed, new Operation(word).IsAllowedFromCaller);

    [Fact]
    public void Given_bits_15_and_16_When_read_Then_they_are_local_and_remote_buffers()
    {
        Assert.True(new Operation(0x8000).IsLocal);
        Assert.False(new Operation(0x7FFF).IsLocal);
        Assert.True(new Operation(0x10000).IsRemoteBuffers);
        Assert.False(new Operation(0x20000).IsRemoteBuffers);
    }
}
