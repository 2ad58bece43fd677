using MinkActors.Protocol.OpTee;

namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>The service's messages over QSEECOM (spec 10 section 10).</summary>
public static class QseecomCarrier
{
    /// <summary>Bytes before In.</summary>
    public const int RequestHeader = 8;
    /// <summary>Bytes before Out.</summary>
    public const int ResponseHeader = 16;
    private const uint Prefix = 0x9000;

    /// <summary>Writes a request; 0 for no room.</summary>
    public static int WriteRequest(Span<byte> room, ProtectedMemoryOperation operation, ReadOnlySpan<byte> input)
    {
        var size = RequestHeader + (long)input.Length;
        if (room.Length < size)
        {
            return 0;
        }
        var fields = new FieldWriter(room);
        fields.U32(Prefix | (uint)operation);
        fields.U32((uint)size);
        input.CopyTo(room[RequestHeader..]);
        return (int)size;
    }

    /// <summary>Reads a request whose length word is its size.</summary>
    public static bool TryReadRequest(ReadOnlySpan<byte> bytes, out ProtectedMemoryOperation operation, out ReadOnlySpan<byte> input)
    {
        operation = default;
        input = default;
        if (bytes.Length < RequestHeader)
        {
            return false;
        }
        var fields = new FieldReader(bytes);
        var (word, length) = (fields.U32(), fields.U32());
        if ((word & ~0xFFFu) != Prefix || length != bytes.Length)
        {
            return false;
        }
        operation = (ProtectedMemoryOperation)(word & 0xFFF);
        input = bytes[RequestHeader..];
        return true;
    }

    /// <summary>Writes a response; 0 for no room.</summary>
    public static int WriteResponse(Span<byte> room, ProtectedMemoryOperation operation, TeeResult code, ReadOnlySpan<byte> output)
    {
        var size = ResponseHeader + (long)output.Length;
        if (room.Length < size)
        {
            return 0;
        }
        var fields = new FieldWriter(room);
        fields.U32(Prefix | (uint)operation);
        fields.U32((uint)size);
        fields.U32((uint)code);
        fields.U32(0);
        output.CopyTo(room[ResponseHeader..]);
        return (int)size;
    }

    /// <summary>Reads a response to <paramref name="operation"/>; its length word may be smaller than the buffer, not larger.</summary>
    public static bool TryReadResponse(ReadOnlySpan<byte> bytes, ProtectedMemoryOperation operation, out TeeResult code, out ReadOnlySpan<byte> output)
    {
        code = default;
        output = default;
        if (bytes.Length < ResponseHeader)
        {
            return false;
        }
        var fields = new FieldReader(bytes);
        var (word, length, status) = (fields.U32(), fields.U32(), fields.U32());
        if (word != (Prefix | (uint)operation) || length < ResponseHeader || length > bytes.Length)
        {
            return false;
        }
        code = (TeeResult)status;
        output = bytes[ResponseHeader..(int)length];
        return true;
    }
}
