using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.ProtectedMemory;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>A client against a provider whose answers are of any size and say anything: a clear error, and nothing believed.</summary>
public sealed class HostileProviderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(33)]
    [InlineData(47)]
    [InlineData(5000)]
    public void Given_answers_of_the_wrong_size_When_asked_Then_each_operation_says_that_it_is_no_answer(int size) => ServiceRig.Run(async _ =>
    {
        await using var client = new ProtectedMemoryClient(new Liar(ProtectedMemoryError.Ok, size), default);

        await Assert.ThrowsAsync<InvalidDataException>(() => client.GetInfoAsync());
        await Assert.ThrowsAsync<InvalidDataException>(() => client.GetUseCaseConfigAsync(ProtectedUseCase.SecureVideoPlayback));
        await Assert.ThrowsAsync<InvalidDataException>(() => client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, 0, 4096));
        await Assert.ThrowsAsync<InvalidDataException>(() => client.AllocateAsync(ProtectedUseCase.SecureVideoPlayback, 4096));
        await Assert.ThrowsAsync<InvalidDataException>(() => client.QueryAsync(1));
        await Assert.ThrowsAsync<InvalidDataException>(() => client.ResolveDeviceAsync("emu,display"));
        await Assert.ThrowsAsync<InvalidDataException>(() => client.GetSegmentsAsync(1));
        await Assert.ThrowsAsync<ProtectedMemoryException>(() => ProtectedMemoryDirectory.FindAsync(new Liar(ProtectedMemoryError.Ok, size), ProtectedMemoryCarriers.Mink, CallOptions.None));
    });

    [Fact]
    public void Given_a_count_of_attributes_without_end_When_the_configuration_is_asked_Then_the_room_stays_bounded() => ServiceRig.Run(async _ =>
    {
        var liar = new Liar(ProtectedMemoryError.ShortBuffer, UseCaseConfig.HeaderSize, 0xFF);
        await using var client = new ProtectedMemoryClient(liar, default);

        Assert.Equal(ProtectedMemoryError.ShortBuffer, await MinkRig.ErrorOf(client.GetUseCaseConfigAsync(ProtectedUseCase.SecureVideoPlayback)));
        Assert.InRange(liar.RoomMax, UseCaseConfig.HeaderSize, 4096);
    });

    [Fact]
    public void Given_an_error_that_is_in_no_table_When_asked_Then_EINVAL() => ServiceRig.Run(async _ =>
    {
        await using var client = new ProtectedMemoryClient(new Liar((ProtectedMemoryError)77, 0), default);

        Assert.Equal(22, (await Assert.ThrowsAsync<ProtectedMemoryException>(() => client.GetInfoAsync())).Errno);
    });

    private sealed class Liar(ProtectedMemoryError error, int size, byte filling = 0x5A) : IProtectedMemoryCarrier
    {
        public int RoomMax { get; private set; }

        public ValueTask<ProtectedMemoryReply> InvokeAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, CallOptions options = default)
        {
            RoomMax = Math.Max(RoomMax, room);
            var output = new byte[size];
            Array.Fill(output, filling);
            return new(new ProtectedMemoryReply(error, output));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
