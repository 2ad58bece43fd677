using MinkActors.Cli.Bench;

namespace MinkActors.Cli.Tests.Bench;

public sealed class HistogramTests
{
    /// <summary>What the class promises: 16 steps to the power of two, so a sixteenth of the value at the most.</summary>
    private const double Error = 1 / 16.0;

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(100)]
    public void Given_nothing_added_When_asked_for_a_percentile_Then_it_is_zero(double percent) =>
        Assert.Equal(0, new Histogram().Percentile(percent));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(31)]
    public void Given_a_value_of_two_steps_of_powers_at_the_most_When_it_is_asked_for_Then_it_is_exact(long value)
    {
        var histogram = Of([value]);

        Assert.Equal(value, histogram.Percentile(50));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(90)]
    [InlineData(99)]
    [InlineData(99.9)]
    [InlineData(100)]
    public void Given_all_values_to_ten_thousand_When_asked_for_a_percentile_Then_it_is_right_within_the_step(double percent)
    {
        var histogram = Of(Enumerable.Range(1, 10_000).Select(value => (long)value));

        AssertWithinStep(10_000 * percent / 100, histogram.Percentile(percent));
    }

    [Theory]
    [InlineData(50, 100)]
    [InlineData(99, 100)]
    [InlineData(99.1, 1_000_000)]
    [InlineData(99.9, 1_000_000)]
    public void Given_one_slow_value_in_a_hundred_When_asked_for_a_percentile_Then_it_shows_from_ninety_nine_on(double percent, long expected)
    {
        var histogram = Of([.. Enumerable.Repeat(100L, 990), .. Enumerable.Repeat(1_000_000L, 10)]);

        AssertWithinStep(expected, histogram.Percentile(percent));
    }

    [Fact]
    public void Given_the_smallest_share_When_asked_for_it_Then_it_is_the_smallest_value() =>
        Assert.Equal(7, Of([7, 3_000, 5_000_000]).Percentile(0));

    [Fact]
    public void Given_a_clock_that_went_backwards_When_its_time_is_added_Then_it_counts_as_nothing()
    {
        var histogram = Of([-5]);

        Assert.Equal(1, histogram.Count);
        Assert.Equal(0, histogram.Percentile(100));
    }

    [Theory]
    [InlineData(1L << 61)]
    [InlineData(1L << 62)]
    [InlineData(long.MaxValue)]
    public void Given_a_time_of_centuries_When_it_is_asked_for_Then_it_is_right_within_the_step(long value) =>
        AssertWithinStep(value, Of([value]).Percentile(100));

    [Fact]
    public void Given_every_step_When_its_bounds_are_looked_up_Then_they_fall_into_it_and_its_neighbour()
    {
        for (var index = 1; index <= Histogram.IndexOf(long.MaxValue); index++)
        {
            Assert.Equal(index, Histogram.IndexOf(Histogram.LowerBound(index)));
            Assert.Equal(index - 1, Histogram.IndexOf(Histogram.LowerBound(index) - 1));
        }
    }

    [Fact]
    public void Given_every_step_When_its_width_is_taken_Then_it_is_a_sixteenth_of_its_values_at_the_most()
    {
        for (var index = 16; index < Histogram.IndexOf(long.MaxValue); index++)
        {
            var lower = Histogram.LowerBound(index);
            Assert.InRange(Histogram.LowerBound(index + 1) - lower, 1, (long)(lower * Error));
        }
    }

    private static Histogram Of(IEnumerable<long> values)
    {
        var histogram = new Histogram();
        foreach (var value in values) histogram.Add(value);
        return histogram;
    }

    private static void AssertWithinStep(double expected, double actual) =>
        Assert.InRange(actual, expected * (1 - Error), expected * (1 + Error));
}
