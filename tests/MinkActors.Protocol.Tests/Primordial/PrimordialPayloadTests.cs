namespace MinkActors.Protocol.Tests.Primordial;

/// <summary>Doc 01, section 9.</summary>
public class PrimordialPayloadTests
{
    private static readonly MappingInfo Info = new(0x912345000, 0x2000, MappingInfo.ReadWrite);

    [Fact]
    public void Given_a_mapping_When_written_and_read_Then_it_is_the_same()
    {
        var output = new byte[20];

        Assert.True(Info.TryWrite(output, out _));
        Assert.True(MappingInfo.TryRead(output, out var read, out _));

        Assert.Equal("0050341209000000002000000000000006000000", Convert.ToHexString(output));
        Assert.Equal(Info, read);
    }

    [Fact]
    public void D37_Given_an_output_of_24_bytes_When_written_Then_20_are_filled_and_4_are_zero()
    {
        var output = new byte[24];
        output.AsSpan().Fill(0xEE);

        Assert.True(Info.TryWrite(output, out _));

        Assert.Equal("00000000", Convert.ToHexString(output, 20, 4));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(19)]
    public void D37_Given_an_output_of_fewer_than_20_bytes_When_written_Then_it_is_refused_and_untouched(int size)
    {
        var output = new byte[size];

        Assert.False(Info.TryWrite(output, out var refusal));
        Assert.False(MappingInfo.TryRead(output, out _, out _));
        Assert.Equal(new Refusal(RefusedField.OutputBufferSize, 0, size, 20), refusal);
        Assert.All(output, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void D25_Given_a_sleep_of_fewer_than_4_bytes_When_read_Then_it_is_refused(int size)
    {
        Assert.False(SleepRequest.TryRead(new byte[size], out _, out var refusal));
        Assert.Equal(new Refusal(RefusedField.InputBufferSize, 0, size, 4), refusal);
    }

    [Theory]
    [InlineData("fa000000", 250u)]
    [InlineData("fa000000ee", 250u)]
    [InlineData("ffffffff", uint.MaxValue)]
    public void D25_Given_a_sleep_of_4_bytes_or_more_When_read_Then_the_first_4_count(string input, uint milliseconds)
    {
        Assert.True(SleepRequest.TryRead(Hex.Bytes(input), out var request, out _));
        Assert.Equal(milliseconds, request.Milliseconds);
    }
}
