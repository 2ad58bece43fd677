namespace MinkActors.Protocol.Tests.Messages;

/// <summary>Doc 01, sections 2.2 and 2.3; doc 02, section 2.</summary>
public class ArgumentCountsTests
{
    [Fact]
    public void Given_counts_When_made_Then_each_kind_has_its_four_bits()
    {
        var counts = Sample.Counts(1, 2, 3, 4);

        Assert.Equal(0x4321u, counts.Word);
        Assert.Equal(10, counts.Total);
        Assert.Equal([1, 2, 3, 4], Enum.GetValues<ArgumentKind>().Select(counts.Of));
    }

    [Fact]
    public void Given_every_counts_word_When_parsed_Then_the_total_is_the_sum_of_its_digits()
    {
        for (uint word = 0; word <= 0xFFFF; word++)
        {
            Assert.True(ArgumentCounts.TryParse(word, out var counts, out _));
            var sum = counts.InputBuffers + counts.OutputBuffers + counts.InputObjects + counts.OutputObjects;
            if (counts.Total != sum) Assert.Fail($"0x{word:X4}: {counts.Total} is not {sum}");
        }
    }

    [Theory]
    [InlineData(ArgumentKind.InputBuffer, 0)]
    [InlineData(ArgumentKind.OutputBuffer, 1)]
    [InlineData(ArgumentKind.InputObject, 3)]
    [InlineData(ArgumentKind.OutputObject, 6)]
    public void Given_mixed_counts_When_asked_where_a_kind_starts_Then_it_is_behind_the_kinds_before_it(ArgumentKind kind, int first)
    {
        var counts = Sample.Counts(1, 2, 3, 4);

        Assert.Equal(first, counts.IndexOf(kind, 0));
        Assert.Equal(first + 2, counts.IndexOf(kind, 2));
    }

    [Fact]
    public void D20_Given_fifteen_of_each_kind_When_made_Then_it_works()
    {
        var counts = Sample.Counts(15, 15, 15, 15);

        Assert.Equal(0xFFFFu, counts.Word);
        Assert.Equal(ArgumentCounts.MaxInAll, counts.Total);
    }

    [Theory]
    [InlineData(16, 0, 0, 0, RefusedField.InputBufferCount)]
    [InlineData(0, 16, 0, 0, RefusedField.OutputBufferCount)]
    [InlineData(0, 0, 16, 0, RefusedField.InputObjectCount)]
    [InlineData(0, 0, 0, 16, RefusedField.OutputObjectCount)]
    public void D20_Given_sixteen_of_a_kind_When_made_Then_it_is_refused_by_name(int ib, int ob, int io, int oo, RefusedField field)
    {
        var made = ArgumentCounts.TryCreate(ib, ob, io, oo, out var counts, out var refusal);

        Assert.False(made);
        Assert.Equal(default, counts);
        Assert.Equal(new Refusal(field, 0, 16, 15), refusal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Given_an_impossible_count_When_made_Then_it_is_refused(int count) =>
        Assert.False(ArgumentCounts.TryCreate(0, count, 0, 0, out _, out _));

    [Theory]
    [InlineData(0x00010000u)]
    [InlineData(0x80000011u)]
    [InlineData(0xFFFFFFFFu)]
    public void Given_reserved_bits_When_parsed_Then_the_word_is_refused(uint word)
    {
        var parsed = ArgumentCounts.TryParse(word, out _, out var refusal);

        Assert.False(parsed);
        Assert.Equal(new Refusal(RefusedField.Counts, 0, word, 0xFFFF), refusal);
    }
}
