namespace MinkActors.Protocol.Tests;

/// <summary>No bytes make a reader throw, read outside, or hand out anything that lies outside. Seeds are fixed, so a failure repeats.</summary>
public class TotalityTests
{
    private const int Rounds = 50_000;
    private static readonly uint[] Interesting =
        [0, 1, 2, 7, 8, 15, 16, 0x11, 0xFFFE, 0xFFFF, 0x10000, 0x10002, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFF0, 0xFFFFFFF8, 0xFFFFFFFF];

    /// <summary>Where the message lies within a larger array, so that reading outside of it would find poison and not an exception.</summary>
    private const int Margin = 64;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Given_random_and_mutated_direct_messages_When_read_Then_what_is_handed_out_lies_inside(int seed)
    {
        var random = new Random(seed);
        var (table, reply) = (default(ArgumentTable), default(ArgumentTable));
        for (var round = 0; round < Rounds; round++)
        {
            var buffer = Message(random, headerSize: 12);
            var sound = DirectMessage.TryReadRequest(buffer, out _, out _, ref table, out var refusal, out var answer);
            Verify(buffer, ref table, sound, refusal, seed, round);
            if (sound != (answer == ResultCode.Ok)) Assert.Fail($"seed {seed}, round {round}: {answer}");
            if (!sound) continue;

            Mutate(random, buffer);
            sound = DirectMessage.TryReadReply(buffer, in table, ref reply, out refusal);
            VerifyReply(ref table, ref reply, sound, refusal, seed, round);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Given_random_and_mutated_callback_messages_When_read_Then_what_is_handed_out_lies_inside(int seed)
    {
        var random = new Random(seed);
        var (table, reply) = (default(ArgumentTable), default(ArgumentTable));
        for (var round = 0; round < Rounds; round++)
        {
            var buffer = Message(random, headerSize: 16);
            var sound = CallbackMessage.TryReadRequest(buffer, out var target, out _, ref table, out var refusal);
            Verify(buffer, ref table, sound, refusal, seed, round);
            if (!sound) continue;

            CallbackMessage.TryCheckIds(target, in table, out _);
            VerifyAsync(buffer[AsyncArea.StartBehind(in table)..], seed, round);
            Mutate(random, buffer);
            CallbackMessage.ReadResult(buffer);
            sound = CallbackMessage.TryReadReply(buffer, in table, ref reply, out refusal);
            VerifyReply(ref table, ref reply, sound, refusal, seed, round);
        }
    }

    [Fact]
    public void Given_random_areas_When_read_Then_reading_ends_and_accounts_for_every_byte()
    {
        var random = new Random(5);
        for (var round = 0; round < Rounds; round++)
        {
            var area = new byte[random.Next(0, 129)];
            for (var at = 0; at + 4 <= area.Length; at += 4) BitConverter.TryWriteBytes(area.AsSpan(at), AsyncWord(random, at / 4 % 4));
            VerifyAsync(area, 5, round);
        }
    }

    [Fact]
    public void Given_every_length_from_0_to_64_When_read_Then_nothing_throws()
    {
        var table = default(ArgumentTable);
        foreach (var fill in new byte[] { 0x00, 0x01, 0x11, 0x80, 0xFF })
        for (var length = 0; length <= 64; length++)
        {
            var buffer = new byte[length];
            buffer.AsSpan().Fill(fill);
            var direct = DirectMessage.TryReadRequest(buffer, out _, out _, ref table, out var refusal, out _);
            Verify(buffer, ref table, direct, refusal, fill, length);
            var callback = CallbackMessage.TryReadRequest(buffer, out _, out _, ref table, out refusal);
            Verify(buffer, ref table, callback, refusal, fill, length);
            CallbackMessage.ReadResult(buffer);
            VerifyAsync(buffer, fill, length);
        }
    }

    /// <summary>Half of the messages are sound in structure and then changed in a word or two; the others are words picked at random.</summary>
    private static Span<byte> Message(Random random, int headerSize)
    {
        var array = new byte[512 + 2 * Margin];
        array.AsSpan().Fill(0xEE);
        var buffer = array.AsSpan(Margin, random.Next(0, 513));
        for (var at = 0; at + 4 <= buffer.Length; at += 4) BitConverter.TryWriteBytes(buffer[at..], Word(random));
        if (random.Next(2) == 0 || buffer.Length < 512) return buffer;

        uint counts = (uint)(random.Next(4) | random.Next(4) << 4 | random.Next(4) << 8 | random.Next(4) << 12);
        Assert.True(ArgumentCounts.TryParse(counts, out var parsed, out _));
        BitConverter.TryWriteBytes(buffer[(headerSize - 4)..], counts);
        var running = DirectMessage.PayloadStart(parsed);
        for (var i = 0; i < parsed.InputBuffers + parsed.OutputBuffers; i++)
        {
            var size = random.Next(0, 70);
            BitConverter.TryWriteBytes(buffer[(headerSize + 8 * i)..], running);
            BitConverter.TryWriteBytes(buffer[(headerSize + 8 * i + 4)..], size);
            running += (size + 7) & ~7;
        }

        BitConverter.TryWriteBytes(buffer[(headerSize - 12)..], headerSize == 12 ? 5u : 0x80000001u);
        if (random.Next(2) == 0) Mutate(random, buffer);
        return buffer;
    }

    private static void Mutate(Random random, Span<byte> buffer)
    {
        for (var change = random.Next(0, 3); change > 0 && buffer.Length >= 4; change--)
        {
            var at = random.Next(0, Math.Min(buffer.Length, 96) - 3);
            BitConverter.TryWriteBytes(buffer[at..], Word(random));
        }
    }

    private static uint Word(Random random) => random.Next(3) switch
    {
        0 => Interesting[random.Next(Interesting.Length)],
        1 => (uint)random.Next(0, 600),
        _ => (uint)random.NextInt64(0, 1L << 32),
    };

    private static uint AsyncWord(Random random, int place) => random.Next(8) == 0 ? Word(random) : place switch
    {
        0 => 0x00010002,
        1 => 0xFFFF,
        2 => (uint)random.Next(0, 6),
        _ => 0x80000001,
    };

    private static void Verify(ReadOnlySpan<byte> buffer, ref ArgumentTable table, bool sound, Refusal refusal, int seed, int round)
    {
        if (sound != refusal.IsNone) Assert.Fail($"seed {seed}, round {round}: {sound} with {refusal}");
        if (sound && table.PayloadEnd > buffer.Length) Assert.Fail($"seed {seed}, round {round}: ends at {table.PayloadEnd}");
        var end = table.PayloadStart;
        for (var i = 0; i < table.Counts.InputBuffers; i++) end = Follow(end, table.InputBuffer(i), sound, buffer.Length, seed, round);
        for (var i = 0; i < table.Counts.OutputBuffers; i++) end = Follow(end, table.OutputBuffer(i), sound, buffer.Length, seed, round);
        for (var i = 0; i < table.Counts.OutputObjects; i++)
            if (!table.OutputObject(i).IsNull) Assert.Fail($"seed {seed}, round {round}: output object in a request");
        if (sound && end != table.PayloadEnd) Assert.Fail($"seed {seed}, round {round}: {end} is not {table.PayloadEnd}");
    }

    private static int Follow(int running, BufferEntry entry, bool sound, int length, int seed, int round)
    {
        if (!sound)
        {
            // A refusal of an id leaves buffers that were checked; a refusal of a buffer leaves none.
            if (entry.Size < 0 || entry.Offset < 0 || entry.Offset + entry.Size > length) Assert.Fail($"seed {seed}, round {round}: {entry}");
            return running;
        }

        if (entry.Offset != running || entry.Size < 0 || entry.Offset + entry.Size > length) Assert.Fail($"seed {seed}, round {round}: {entry}");
        return running + ((entry.Size + 7) & ~7);
    }

    private static void VerifyReply(ref ArgumentTable request, ref ArgumentTable reply, bool sound, Refusal refusal, int seed, int round)
    {
        if (sound != refusal.IsNone) Assert.Fail($"seed {seed}, round {round}: {sound} with {refusal}");
        for (var i = 0; i < reply.Counts.OutputBuffers; i++)
        {
            var (asked, given) = (request.OutputBuffer(i), reply.OutputBuffer(i));
            if (given.Offset != asked.Offset || given.Size < 0 || given.Size > asked.Size) Assert.Fail($"seed {seed}, round {round}: {asked} became {given}");
            if (!sound && given.Size != 0) Assert.Fail($"seed {seed}, round {round}: bytes of a refused reply");
        }
    }

    private static void VerifyAsync(ReadOnlySpan<byte> area, int seed, int round)
    {
        var reader = new AsyncReleaseReader(area);
        var bytes = 0;
        while (reader.TryNext(out var message))
        {
            for (var i = 0; i < message.Count; i++) _ = message[i];
            bytes += AsyncArea.HeaderSize + 4 * message.Count;
        }

        if (bytes + reader.BytesNotUnderstood > area.Length) Assert.Fail($"seed {seed}, round {round}: {bytes} bytes of {area.Length}");
    }
}
