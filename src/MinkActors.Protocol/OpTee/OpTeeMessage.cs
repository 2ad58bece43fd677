using System.Buffers.Binary;

namespace MinkActors.Protocol.OpTee;

/// <summary>The fixed part of a message (spec 09 section 5), as one value.</summary>
/// <param name="Command">An <see cref="OpTeeCommand"/> or an <see cref="OpTeeRpcCommand"/>.</param>
/// <param name="Function">The application's command of an invoke.</param>
/// <param name="Session">In; out for an open.</param>
/// <param name="CancelId">Names the request for a later cancel.</param>
/// <param name="Result">Out.</param>
/// <param name="Origin">Out.</param>
/// <param name="Parameters">How many follow, as the wire says: unchecked.</param>
public readonly record struct OpTeeHeader(uint Command, uint Function, uint Session, uint CancelId, TeeResult Result,
    TeeOrigin Origin, uint Parameters);

/// <summary>Sizes, header and parameters of a message over a span. Nothing here is read twice by itself: whoever shares the
/// memory with a peer reads from a private copy.</summary>
public static class OpTeeMessage
{
    /// <summary>Bytes before the first parameter.</summary>
    public const int HeaderSize = 32;
    /// <summary>Bytes of the one page a message has to fit.</summary>
    public const int SizeMax = 4096;
    /// <summary>Parameters that fill one page.</summary>
    public const int ParametersMax = 127;
    /// <summary>Parameters an application can take.</summary>
    public const int ApplicationParametersMax = 4;

    private const int ResultOffset = 20;
    private const int SessionOffset = 8;

    /// <summary>Bytes of a message with this many parameters; 64-bit, so a hostile count cannot wrap.</summary>
    public static long SizeOf(uint parameters) => HeaderSize + (long)OpTeeParameter.Size * parameters;

    /// <summary>Where parameter <paramref name="index"/> starts.</summary>
    public static int ParameterOffset(int index) => HeaderSize + OpTeeParameter.Size * index;

    /// <summary>Writes the header and zeroes the room of its parameters; false when the message does not fit.</summary>
    public static bool TryWrite(Span<byte> image, in OpTeeHeader header, ReadOnlySpan<OpTeeParameter> parameters, out OpTeeRefusal refusal)
    {
        refusal = header.Parameters != parameters.Length ? new(OpTeeField.ParameterCount, 0, header.Parameters, parameters.Length)
            : parameters.Length > ParametersMax ? new(OpTeeField.ParameterCount, 0, parameters.Length, ParametersMax)
            : SizeOf(header.Parameters) > image.Length ? new(OpTeeField.Image, 0, image.Length, SizeOf(header.Parameters)) : default;
        if (!refusal.IsNone)
        {
            return false;
        }
        WriteHeader(image, header);
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i].Write(image[ParameterOffset(i)..]);
        }
        return true;
    }

    /// <summary>Writes the 32 bytes of a header; the caller has made sure of the room.</summary>
    public static void WriteHeader(Span<byte> image, in OpTeeHeader header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(image, header.Command);
        BinaryPrimitives.WriteUInt32LittleEndian(image[4..], header.Function);
        BinaryPrimitives.WriteUInt32LittleEndian(image[SessionOffset..], header.Session);
        BinaryPrimitives.WriteUInt32LittleEndian(image[12..], header.CancelId);
        BinaryPrimitives.WriteUInt32LittleEndian(image[16..], 0);
        WriteOutcome(image, header.Result, header.Origin);
        BinaryPrimitives.WriteUInt32LittleEndian(image[28..], header.Parameters);
    }

    /// <summary>Reads the header alone, for whoever still has to check the count; false below 32 bytes.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> image, out OpTeeHeader header)
    {
        header = default;
        if (image.Length < HeaderSize)
        {
            return false;
        }
        header = new(Word(image, 0), Word(image, 4), Word(image, SessionOffset), Word(image, 12),
            (TeeResult)Word(image, ResultOffset), (TeeOrigin)Word(image, 24), Word(image, 28));
        return true;
    }

    /// <summary>Reads and checks the header: the parameters it counts fit the page and the image.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out OpTeeHeader header, out OpTeeRefusal refusal)
    {
        if (!TryReadHeader(image, out header))
        {
            refusal = new(OpTeeField.Image, 0, image.Length, HeaderSize);
            return false;
        }
        refusal = header.Parameters > ParametersMax ? new(OpTeeField.ParameterCount, 0, header.Parameters, ParametersMax)
            : SizeOf(header.Parameters) > image.Length ? new(OpTeeField.Image, 0, image.Length, SizeOf(header.Parameters)) : default;
        return refusal.IsNone;
    }

    /// <summary>Parameter <paramref name="index"/> of a message that <see cref="TryRead"/> accepted.</summary>
    public static OpTeeParameter ReadParameter(ReadOnlySpan<byte> image, int index) => OpTeeParameter.Read(image[ParameterOffset(index)..]);

    /// <summary>Replaces parameter <paramref name="index"/> of a message that <see cref="TryRead"/> accepted.</summary>
    public static void WriteParameter(Span<byte> image, int index, in OpTeeParameter parameter) => parameter.Write(image[ParameterOffset(index)..]);

    /// <summary>Writes result and origin only.</summary>
    public static void WriteOutcome(Span<byte> image, TeeResult result, TeeOrigin origin)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(image[ResultOffset..], (uint)result);
        BinaryPrimitives.WriteUInt32LittleEndian(image[24..], (uint)origin);
    }

    /// <summary>Writes the session only.</summary>
    public static void WriteSession(Span<byte> image, uint session) =>
        BinaryPrimitives.WriteUInt32LittleEndian(image[SessionOffset..], session);

    /// <summary>Writes the parameter count only.</summary>
    public static void WriteParameterCount(Span<byte> image, uint count) =>
        BinaryPrimitives.WriteUInt32LittleEndian(image[28..], count);

    private static uint Word(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image[offset..]);
}
