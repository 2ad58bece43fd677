namespace MinkActors.Protocol.Tests.Results;

/// <summary>Doc 01, section 7.</summary>
public class ResultCodeTests
{
    [Theory]
    [InlineData(ResultCode.Defunct, 0xFFFFFFA6u)]
    [InlineData(ResultCode.MaxArguments, 0xFFFFFFA2u)]
    [InlineData(ResultCode.MaxData, 0xFFFFFFA1u)]
    [InlineData(ResultCode.Unavailable, 0xFFFFFFA0u)]
    [InlineData(ResultCode.BadObject, 0xFFFFFFA4u)]
    [InlineData(ResultCode.Timeout, 0xFFFFFF99u)]
    public void Given_a_transport_code_When_seen_as_a_word_Then_it_is_twos_complement(ResultCode code, uint word) => Assert.Equal(word, (uint)code);

    [Theory]
    [InlineData(0, false, false, false)]
    [InlineData(1, false, true, false)]
    [InlineData(9, false, true, false)]
    [InlineData(10, false, false, true)]
    [InlineData(int.MaxValue, false, false, true)]
    [InlineData(-1, true, false, false)]
    [InlineData(int.MinValue, true, false, false)]
    public void Given_any_code_When_sorted_Then_it_has_one_layer(int value, bool transport, bool generic, bool user)
    {
        var code = (ResultCode)value;

        Assert.Equal((transport, generic, user), (code.IsTransport, code.IsGeneric, code.IsUser));
    }

    [Theory]
    [InlineData(-96, "Unavailable (-96)")]
    [InlineData(0, "Ok (0)")]
    [InlineData(2, "Invalid (2)")]
    [InlineData(7, "generic 7")]
    [InlineData(10, "user 10")]
    [InlineData(77, "user 77")]
    [InlineData(-4, "transport -4")]
    public void Given_any_code_When_described_Then_it_has_a_name_or_a_layer(int value, string text) => Assert.Equal(text, ((ResultCode)value).Describe());

    [Theory]
    [InlineData(RefusedField.InputBufferSize, 2, 4073, 4056, "InputBuffer[2].Size is 4073, limit 4056")]
    [InlineData(RefusedField.OutputBufferOffset, 0, 36, 32, "OutputBuffer[0].Offset is 36, limit 32")]
    [InlineData(RefusedField.Counts, 0, 0x20011, 0xFFFF, "Counts is 0x00020011, limit 0x0000FFFF")]
    [InlineData(RefusedField.OutputObject, 1, 1, 2, "OutputObject[1] is 0x00000001, limit 0x00000002")]
    [InlineData(RefusedField.AsyncCount, 3, 5000, 12, "Async[3].Count is 5000, limit 12")]
    public void Given_a_refusal_When_written_out_Then_it_names_field_value_and_limit(RefusedField field, int index, long value, long limit, string text) =>
        Assert.Equal(text, new Refusal(field, index, value, limit).ToString());
}
