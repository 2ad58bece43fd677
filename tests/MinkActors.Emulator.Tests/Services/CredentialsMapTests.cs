namespace MinkActors.Emulator.Tests.Services;

/// <summary>The lax reading of spec/04 section 4.3.</summary>
public class CredentialsMapTests
{
    [Theory]
    [InlineData("A20100061B000001A1FD1D6C75", 0u)]
    [InlineData("A20118FF061B000001A1FD1D6C75", 255u)]
    [InlineData("A201191234061B000001A1FD1D6C75", 0x1234u)]
    [InlineData("A2011AFFFFFFFF061B000001A1FD1D6C75", 0xFFFFFFFFu)]
    [InlineData("A2011A00000000061B000001A1FD1D6C75", 0u)]
    [InlineData("A2061B000001A1FD1D6C750105", 5u)]
    [InlineData("BF0105061B000001A1FD1D6C75FF", 5u)]
    [InlineData("A20105061B000001A1FD1D6C75DEADBEEF", 5u)]
    [InlineData("A3010502456162636465061B000001A1FD1D6C75", 5u)]
    [InlineData("A301056161F6061B000001A1FD1D6C75", 5u)]
    [InlineData("A3010520818181F6061B000001A1FD1D6C75", 5u)]
    [InlineData("A3818101020105061B000001A1FD1D6C75", 5u)]
    [InlineData("A30105C1C20161FF061B000001A1FD1D6C75", 5u)]
    public void Given_a_map_as_clients_may_send_it_When_read_Then_user_and_time_are_known(string hex, uint user)
    {
        Assert.True(CredentialsMap.TryRead(Convert.FromHexString(hex), out var identity));

        Assert.Equal((user, 0x1A1FD1D6C75ul), (identity.UserId, identity.SystemTime));
    }

    [Fact]
    public void Given_a_map_without_time_When_read_Then_the_client_is_known_all_the_same()
    {
        Assert.True(CredentialsMap.TryRead(new byte[] { 0xA1, 0x01, 0x07 }, out var identity));

        Assert.Equal((7u, null), (identity.UserId, identity.SystemTime));
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("80", "an array")]
    [InlineData("05", "a number")]
    [InlineData("A1061B000001A1FD1D6C75", "no user")]
    [InlineData("A1016161", "the user is a text")]
    [InlineData("A10120", "the user is negative")]
    [InlineData("A1011B0000000100000000", "the user is above 32 bits")]
    [InlineData("A201", "cut in the middle")]
    [InlineData("A2010506", "cut before a value")]
    [InlineData("BF0105", "an indefinite map without end")]
    [InlineData("BF010506FF", "a key without value")]
    [InlineData("A2010502818181818100", "five levels of nesting")]
    [InlineData("A2010502A100A100A100A10000", "five levels of maps")]
    [InlineData("A201050281", "an array cut off")]
    [InlineData("A201059BFFFFFFFFFFFFFFFF", "an array that claims everything")]
    [InlineData("1C", "a reserved byte")]
    public void Given_bytes_that_are_no_such_map_When_read_Then_they_are_refused(string hex, string why) =>
        Assert.False(CredentialsMap.TryRead(Convert.FromHexString(hex), out _), why);

    [Fact]
    public void Given_nesting_of_four_When_read_Then_it_is_accepted() =>
        Assert.True(CredentialsMap.TryRead(Convert.FromHexString("A20105028181" + "8100"), out _));

    [Fact]
    public void Given_bytes_beyond_the_limit_When_read_Then_they_are_refused()
    {
        var bytes = new byte[CredentialsMap.LengthMax + 1];
        new byte[] { 0xA1, 0x01, 0x05 }.CopyTo(bytes, 0);

        Assert.False(CredentialsMap.TryRead(bytes, out _));
        Assert.True(CredentialsMap.TryRead(bytes.AsMemory(0, CredentialsMap.LengthMax), out _));
    }

    [Theory]
    [InlineData(0u, "A20100061B000001A1FD1D6C75")]
    [InlineData(23u, "A20117061B000001A1FD1D6C75")]
    [InlineData(24u, "A2011818061B000001A1FD1D6C75")]
    [InlineData(255u, "A20118FF061B000001A1FD1D6C75")]
    [InlineData(256u, "A201190100061B000001A1FD1D6C75")]
    [InlineData(65536u, "A2011A00010000061B000001A1FD1D6C75")]
    public void Given_credentials_When_encoded_Then_the_bytes_are_the_usual_clients(uint user, string hex)
    {
        var credentials = new Credentials(user, DateTimeOffset.FromUnixTimeMilliseconds(0x1A1FD1D6C75));

        Assert.Equal(hex, Convert.ToHexString(credentials.Encode(TimeProvider.System)));
    }

    [Fact]
    public void Given_random_bytes_When_read_Then_nothing_but_a_yes_or_no_comes_back()
    {
        var random = new Random(4711);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            if (bytes.Length > 0) bytes[0] = (byte)(random.Next(2) == 0 ? 0xA0 + random.Next(6) : 0xBF);
            if (CredentialsMap.TryRead(bytes, out var identity)) Assert.NotNull(identity.UserId);
        }
    }
}
