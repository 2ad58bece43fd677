namespace MinkActors.Protocol.Tests.Messages;

public class PayloadTests
{
    [Fact]
    public void Given_bytes_of_any_small_size_When_copied_Then_all_of_them_arrive_and_nothing_behind_them_changes()
    {
        for (var size = 0; size <= 200; size++)
        {
            var target = new byte[size + 8];
            Array.Fill(target, (byte)0xEE);

            Payload.Copy(Sample.Counting(size), target.AsSpan(0, size + 8));

            Assert.Equal([.. Sample.Counting(size), .. Enumerable.Repeat((byte)0xEE, 8)], target);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(24)]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(100)]
    public void Given_two_places_that_overlap_When_copied_Then_the_bytes_arrive_as_they_were(int size)
    {
        var memory = Sample.Counting(size + 7);

        Payload.Copy(memory.AsSpan(0, size), memory.AsSpan(7));

        Assert.Equal(Sample.Counting(size), memory[7..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(65)]
    public void Given_a_place_one_byte_too_small_When_copied_to_Then_the_caller_is_told_and_nothing_is_written(int size)
    {
        var target = new byte[size];

        Assert.Throws<ArgumentException>(() => Payload.Copy(Sample.Counting(size), target.AsSpan(0, size - 1)));
        Assert.All(target, value => Assert.Equal(0, value));
    }
}
