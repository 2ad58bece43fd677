using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Protocol.Tests.ProtectedMemory;

public sealed class ProtectedMemoryTests
{
    private static readonly DeviceGrant[] Grants = [new(0x101, ProtectedRights.ReadWrite), new(0x102, ProtectedRights.Read)];

    private static byte[] Protect(DeviceGrant[] grants)
    {
        var room = new byte[128];
        return room[..new ProtectRequest(ProtectedUseCase.SecureVideoPlayback, 0, 0x7400_0000, 0x20_0000).Write(room, grants)];
    }

    [Fact]
    public void Given_a_request_of_any_wrong_size_When_read_Then_bad_parameters()
    {
        var whole = Protect(Grants);
        for (var size = 0; size < whole.Length; size++)
        {
            Assert.Equal(ProtectedMemoryError.BadParameters, ProtectRequest.Read(whole.AsSpan(0, size), out _, out _));
        }

        Assert.Equal(ProtectedMemoryError.BadParameters, ProtectRequest.Read([.. whole, 0], out _, out _));
        Assert.Equal(ProtectedMemoryError.Ok, ProtectRequest.Read(whole, out _, out var grants));
        Assert.Equal(Grants[1], grants[1]);
    }

    [Fact]
    public void Given_a_hostile_grant_count_When_read_Then_bad_parameters()
    {
        var request = Protect(Grants);
        request[7] = 0x20;

        Assert.Equal(ProtectedMemoryError.BadParameters, ProtectRequest.Read(request, out _, out _));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(7u)]
    [InlineData(8u)]
    public void Given_rights_that_no_device_can_have_When_read_Then_bad_parameters(uint rights) =>
        Assert.Equal(ProtectedMemoryError.BadParameters, ProtectRequest.Read(Protect([new(1, (ProtectedRights)rights)]), out _, out _));

    [Theory]
    [InlineData(0u, ProtectedMemoryError.Ok)]
    [InlineData(1u, ProtectedMemoryError.Ok)]
    [InlineData(2u, ProtectedMemoryError.Ok)]
    [InlineData(3u, ProtectedMemoryError.BadParameters)]
    [InlineData(4u, ProtectedMemoryError.BadParameters)]
    public void Given_release_flags_When_read_Then_both_together_are_refused(uint flags, ProtectedMemoryError expected)
    {
        var room = new byte[16];
        HandleRequest.Release(1, (ReleaseFlags)flags).Write(room);

        Assert.Equal(expected, HandleRequest.Read(room, ProtectedMemoryOperation.Unprotect, out _));
    }

    [Fact]
    public void Given_every_error_When_mapped_to_TEE_codes_Then_it_reads_back()
    {
        foreach (var error in Enum.GetValues<ProtectedMemoryError>())
        {
            Assert.True(ProtectedMemoryErrors.TryFromTee(error.ToTee(), out var again));
            Assert.Equal(error, again);
        }
        Assert.False(ProtectedMemoryErrors.TryFromTee(TeeResult.TargetDead, out _));
    }

    [Fact]
    public void Given_too_little_room_for_attributes_When_written_Then_short_buffer_with_their_count()
    {
        var room = new byte[24];

        Assert.Equal(ProtectedMemoryError.ShortBuffer, UseCaseConfig.Write(room, 1, 2, 64, [7, 8], out var written));
        Assert.Equal((24, (byte)2), (written, room[20]));
    }

    [Theory]
    [InlineData(0x1_0000u, true)]
    [InlineData(0x1_0001u, false)]
    [InlineData(0x2_0000u, false)]
    public void Given_a_provider_of_1_0_When_a_version_is_wanted_Then_major_must_match_and_minor_suffice(uint wanted, bool serves) =>
        Assert.Equal(serves, new ProviderDescription(1, 0x1_0000, 0, default, default, 0).Serves(wanted));

    [Fact]
    public void Given_a_QSEECOM_message_with_a_lying_length_When_read_Then_refused()
    {
        var room = new byte[64];
        var size = QseecomCarrier.WriteRequest(room, ProtectedMemoryOperation.GetInfo, [1, 2]);
        Assert.True(QseecomCarrier.TryReadRequest(room.AsSpan(0, size), out _, out _));

        Assert.False(QseecomCarrier.TryReadRequest(room, out _, out _));
        size = QseecomCarrier.WriteResponse(room, ProtectedMemoryOperation.GetInfo, TeeResult.Success, [1]);
        room[4] = 65;
        Assert.False(QseecomCarrier.TryReadResponse(room, ProtectedMemoryOperation.GetInfo, out _, out _));
    }
}
