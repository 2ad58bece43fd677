namespace MinkActors.Protocol.Tests;

/// <summary>The codecs take no memory: it would be taken for every call there is.</summary>
public class AllocationTests
{
    // An array of its own: unoptimised code allocates for a span of constants, and that would be measured.
    private static readonly uint[] Ids = [0x80000001];

    [Fact]
    public void Given_a_call_with_a_callback_and_a_release_When_encoded_and_decoded_Then_nothing_is_allocated()
    {
        var (own, peer) = (default(ArgumentTable), default(ArgumentTable));
        var (inbound, outbound, input) = (new byte[4096], new byte[4096], new byte[64]);
        var counts = Sample.Counts(1, 1, 1, 1);
        RoundTrip(inbound, outbound, input, counts, ref own, ref peer);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++) RoundTrip(inbound, outbound, input, counts, ref own, ref peer);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void RoundTrip(byte[] inbound, byte[] outbound, byte[] input, ArgumentCounts counts, ref ArgumentTable own, ref ArgumentTable peer)
    {
        Write(inbound, Sample.Secure, input, counts, ref own);
        var done = DirectMessage.TryReadRequest(inbound, out _, out _, ref peer, out _, out _)
            && DirectMessage.TryWriteReplySize(inbound, in peer, 0, 3, out _)
            && DirectMessage.TryReadReply(inbound, in own, ref own, out _);
        Write(outbound, Sample.Callback, input, counts, ref own);
        done = done && new AsyncReleaseWriter(outbound.AsSpan(own.PayloadEnd)).TryWrite(Ids)
            && CallbackMessage.TryReadRequest(outbound, out _, out _, ref peer, out _)
            && CallbackMessage.TryReadReply(outbound, in own, ref peer, out _);
        var reader = new AsyncReleaseReader(outbound.AsSpan(AsyncArea.StartBehind(in own)));
        if (!done || !reader.TryNext(out _)) throw new InvalidOperationException("The round trip failed.");
    }

    private static void Write(byte[] buffer, ObjectId target, byte[] input, ArgumentCounts counts, ref ArgumentTable table)
    {
        RequestFrame.Begin(ref table, counts);
        if (!RequestFrame.TryAddBuffer(ref table, 0, input.Length, buffer.Length, out var offset, out _)) throw new InvalidOperationException("The input was refused.");
        Payload.Copy(input, buffer.AsSpan(offset));
        if (!RequestFrame.TryAddBuffer(ref table, 1, 64, buffer.Length, out _, out _)) throw new InvalidOperationException("The output was refused.");
        if (target.IsHostedOnNormalSide) RequestFrame.WriteCallback(buffer, target, new Operation(2), ref table);
        else RequestFrame.WriteDirect(buffer, target, new Operation(2), ref table);
    }
}
