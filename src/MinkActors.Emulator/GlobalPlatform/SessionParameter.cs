using System.Buffers.Binary;

namespace MinkActors.Emulator;

/// <summary>Kind and direction of a parameter, as four bits on the wire (spec/04 section 9.1).</summary>
public enum SessionParameterType
{
    /// <summary>Not given.</summary>
    None = 0,
    /// <summary>Two words from the client.</summary>
    ValueInput = 1,
    /// <summary>Two words to the client.</summary>
    ValueOutput = 2,
    /// <summary>Two words both ways.</summary>
    ValueInOut = 3,
    /// <summary>Bytes from the client.</summary>
    MemoryInput = 5,
    /// <summary>Bytes to the client.</summary>
    MemoryOutput = 6,
    /// <summary>Bytes both ways.</summary>
    MemoryInOut = 7,
}

/// <summary>One of the four parameters of a command or of the opening of a session. Valid until the call ends.</summary>
/// <remarks>Small memory is a copy; large memory is the client's own, shared: it may change at any time, so read once, then check.</remarks>
public sealed class SessionParameter
{
    private readonly byte[] _copy;
    private readonly MappedMemory? _mapped;
    private readonly int _offset;

    private SessionParameter(SessionParameterType type, byte[] copy, MappedMemory? mapped, int offset, int capacity)
    {
        (Type, _copy, _mapped, _offset, Capacity, Size) = (type, copy, mapped, offset, capacity, capacity);
    }

    /// <summary>Kind and direction.</summary>
    public SessionParameterType Type { get; }

    /// <summary>The first word of a value.</summary>
    public uint A { get; set; }

    /// <summary>The second word of a value.</summary>
    public uint B { get; set; }

    /// <summary>Bytes of the memory referred to; 0 for a value, and for a null reference.</summary>
    public int Capacity { get; }

    /// <summary>Bytes that an output has; its capacity unless set. More than that asks for more room: the client is answered ShortBuffer with it.</summary>
    public int Size { get; set; }

    /// <summary>The memory, to read.</summary>
    public ReadOnlySpan<byte> Bytes => _mapped is null ? _copy.AsSpan(0, Capacity) : _mapped.Bytes.Slice(_offset, Capacity);

    /// <summary>The memory, to write. What is written to an input reaches nobody, or the client's own memory.</summary>
    public Span<byte> WritableBytes => _mapped is null ? _copy.AsSpan(0, Capacity) : _mapped.WritableBytes.Slice(_offset, Capacity);

    /// <summary>Whether the client gets something back.</summary>
    internal bool IsOutput => Type is SessionParameterType.ValueOutput or SessionParameterType.ValueInOut or SessionParameterType.MemoryOutput or SessionParameterType.MemoryInOut;

    internal bool IsMemory => Type >= SessionParameterType.MemoryInput;

    internal bool IsShared => _mapped is not null;

    internal static SessionParameter None { get; } = new(SessionParameterType.None, [], null, 0, 0);

    /// <summary>A value, for a call from one application to another.</summary>
    public static SessionParameter Value(uint a, uint b = 0, SessionParameterType type = SessionParameterType.ValueInOut) => new(type, [], null, 0, 0) { A = a, B = b };

    /// <summary>Memory, for a call from one application to another. The array is lent: outputs are written into it.</summary>
    public static SessionParameter Memory(byte[] bytes, SessionParameterType type = SessionParameterType.MemoryInOut)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new SessionParameter(type, bytes, null, 0, bytes.Length);
    }

    internal static SessionParameter FromWords(SessionParameterType type, ReadOnlySpan<byte> words) => new(type, [], null, 0, 0)
    {
        A = words.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(words),
        B = words.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(words[4..]),
    };

    /// <summary>Bytes that travel in the message: an output-only parameter brings its old bytes too.</summary>
    internal static SessionParameter FromMessage(SessionParameterType type, ReadOnlySpan<byte> given, int outputCapacity)
    {
        var capacity = type == SessionParameterType.MemoryInput ? given.Length : outputCapacity;
        var bytes = new byte[capacity];
        given[..Math.Min(given.Length, capacity)].CopyTo(bytes);
        return new SessionParameter(type, bytes, null, 0, capacity);
    }

    internal static SessionParameter InMemory(SessionParameterType type, MappedMemory mapped, int offset, int size) => new(type, [], mapped, offset, size);
}
