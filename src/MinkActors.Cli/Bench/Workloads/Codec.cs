using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>One call with 64 bytes in and out as both sides of the boundary treat it, without anything around it.</summary>
internal sealed class Codec
{
    public const int Bytes = 64;

    private static readonly ObjectId Target = new(7);
    private static readonly Operation Operation = new(1);

    private readonly byte[] _buffer = new byte[DirectMessage.PageSize];
    private readonly byte[] _input = new byte[Bytes];
    private readonly byte[] _output = new byte[Bytes];
    private ArgumentTable _own;
    private ArgumentTable _peer;

    /// <summary>Writes a request, reads it on the other side, writes the reply there and reads it here.</summary>
    public bool RoundTrip()
    {
        Span<byte> buffer = _buffer;
        RequestFrame.Begin(ref _own, Counts.BufferInAndOut);
        if (!RequestFrame.TryAddBuffer(ref _own, 0, Bytes, buffer.Length, out var input, out _)) return false;
        Payload.Copy(_input, buffer.Slice(input, Bytes));
        if (!RequestFrame.TryAddBuffer(ref _own, 1, Bytes, buffer.Length, out _, out _)) return false;
        RequestFrame.WriteDirect(buffer, Target, Operation, ref _own);
        if (!DirectMessage.TryReadRequest(buffer, out _, out _, ref _peer, out _, out _)) return false;
        Payload.Copy(_peer.InputBytes(buffer, 0), _peer.OutputBytes(buffer, 0));
        if (!DirectMessage.TryWriteReplySize(buffer, in _peer, 0, Bytes, out _)) return false;
        if (!DirectMessage.TryReadReply(buffer, in _own, ref _own, out _)) return false;
        Payload.Copy(_own.OutputBytes((ReadOnlySpan<byte>)buffer, 0), _output);
        return true;
    }
}
