using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>One of up to four parameters of an open or an invoke, as the caller gives it.</summary>
public readonly struct OpTeeArgument
{
    private OpTeeArgument(OpTeeParameterType type, ulong a, ulong b, ReadOnlyMemory<byte> bytes = default, OpTeeBuffer? buffer = null)
    {
        (Type, A, B) = (type, a, b);
        (Bytes, Buffer) = (bytes, buffer);
    }

    /// <summary>What it is. Memory by value is temporary: shared for this call only.</summary>
    public OpTeeParameterType Type { get; }

    /// <summary>A value's first number; a buffer's offset.</summary>
    internal ulong A { get; }

    /// <summary>A value's second number; the size in bytes of any memory.</summary>
    internal ulong B { get; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal OpTeeBuffer? Buffer { get; }

    /// <summary>The type of the same direction for memory that is named by its address.</summary>
    internal OpTeeParameterType TemporaryType => Type switch
    {
        OpTeeParameterType.RegisteredInput => OpTeeParameterType.TemporaryInput,
        OpTeeParameterType.RegisteredOutput => OpTeeParameterType.TemporaryOutput,
        _ => OpTeeParameterType.TemporaryInOut,
    };

    internal bool IsTemporary => Type is OpTeeParameterType.TemporaryInput or OpTeeParameterType.TemporaryOutput or OpTeeParameterType.TemporaryInOut;

    /// <summary>No parameter in this place.</summary>
    public static OpTeeArgument None => default;

    /// <summary>Two numbers for the application.</summary>
    public static OpTeeArgument Value(ulong a, ulong b = 0) => new(OpTeeParameterType.ValueInput, a, b);

    /// <summary>Two numbers of the application.</summary>
    public static OpTeeArgument OutValue { get; } = new(OpTeeParameterType.ValueOutput, 0, 0);

    /// <summary>Two numbers that the application may change.</summary>
    public static OpTeeArgument InOutValue(ulong a, ulong b = 0) => new(OpTeeParameterType.ValueInOut, a, b);

    /// <summary>Bytes for the application. Copied before the method that takes them returns.</summary>
    public static OpTeeArgument In(ReadOnlyMemory<byte> bytes) => new(OpTeeParameterType.TemporaryInput, 0, (ulong)bytes.Length, bytes);

    /// <summary>Room for that many bytes of the application.</summary>
    public static OpTeeArgument Out(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        return new(OpTeeParameterType.TemporaryOutput, 0, (ulong)capacity);
    }

    /// <summary>Bytes that the application may change.</summary>
    public static OpTeeArgument InOut(ReadOnlyMemory<byte> bytes) => new(OpTeeParameterType.TemporaryInOut, 0, (ulong)bytes.Length, bytes);

    /// <summary>A reference to nothing, to ask for a size.</summary>
    public static OpTeeArgument SizeQuery(int capacity = 0) => new(OpTeeParameterType.TemporaryOutput, 0, (ulong)capacity, buffer: OpTeeBuffer.Null);

    /// <summary>A part of registered memory; lent for the length of the call.</summary>
    /// <param name="buffer">Registered with the same system.</param>
    /// <param name="direction">One of the three registered types.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="size">Bytes; null: up to its end.</param>
    public static OpTeeArgument Part(OpTeeBuffer buffer, OpTeeParameterType direction = OpTeeParameterType.RegisteredInOut, int offset = 0, int? size = null)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (direction is not (OpTeeParameterType.RegisteredInput or OpTeeParameterType.RegisteredOutput or OpTeeParameterType.RegisteredInOut))
            throw new ArgumentException($"{direction} is no direction of registered memory.", nameof(direction));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, buffer.Size);
        var part = size ?? buffer.Size - offset;
        ArgumentOutOfRangeException.ThrowIfNegative(part, nameof(size));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, buffer.Size - offset, nameof(size));
        return new(direction, (ulong)offset, (ulong)part, buffer: buffer);
    }

    /// <summary>A protected region by its handle (spec 10 section 10): its bytes are out of this side's reach.</summary>
    public static OpTeeArgument Protected(ulong handle, OpTeeParameterType direction, ulong offset, ulong size) =>
        new(direction, offset, size, buffer: OpTeeBuffer.Named(handle));
}
