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
        if (!DirectRequestWriter.TryBegin(_buffer, Target, Operation, Counts.BufferInAndOut, ref _own, out var writer, out _)) return false;
        if (!writer.TryAddInput(_input, out _) || !writer.TryAddOutput(Bytes, out _)) return false;
        if (!DirectMessage.TryReadRequest(_buffer, out _, out _, ref _peer, out _, out _)) return false;
        _peer.InputBytes(_buffer, 0).CopyTo(_peer.OutputBytes((Span<byte>)_buffer, 0));
        if (!DirectMessage.TryWriteReplySize(_buffer, in _peer, 0, Bytes, out _)) return false;
        if (!DirectMessage.TryReadReply(_buffer, in _own, ref _own, out _)) return false;
        _own.OutputBytes((ReadOnlySpan<byte>)_buffer, 0).CopyTo(_output);
        return true;
    }
}
