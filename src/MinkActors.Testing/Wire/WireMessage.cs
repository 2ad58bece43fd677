using System.Buffers.Binary;

namespace MinkActors.Testing;

/// <summary>A message as spec/02 sections 2, 3 and 7.1 describe it, read word by word and without the product's codec: what is watched must not be its own judge.</summary>
/// <remarks>Keeps a private copy of the bytes; used again and again.</remarks>
internal sealed class WireMessage
{
    private const int DirectHeader = 12;
    private const int CallbackHeader = 16;

    private byte[] _bytes = new byte[4096];

    public bool IsCallback { get; private set; }
    public uint Object { get; private set; }
    public uint Operation { get; private set; }
    public uint Counts { get; private set; }

    /// <summary>One behind the last byte of the payload: where the async area of a callback message starts.</summary>
    public int End { get; private set; }

    public int InputBuffers => (int)(Counts & 15);
    public int OutputBuffers => (int)(Counts >> 4 & 15);
    public int InputObjects => (int)(Counts >> 8 & 15);
    public int OutputObjects => (int)(Counts >> 12 & 15);

    /// <summary>As copied.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, End);

    private int Header => IsCallback ? CallbackHeader : DirectHeader;
    private int Total => InputBuffers + OutputBuffers + InputObjects + OutputObjects;

    /// <summary>Reads and copies the message; says what is wrong with it, or null.</summary>
    public string? Read(ReadOnlySpan<byte> shared, bool isCallback)
    {
        IsCallback = isCallback;
        End = 0;
        var at = isCallback ? 4 : 0;
        (Object, Operation, Counts) = (Word(shared, at), Word(shared, at + 4), Word(shared, at + 8));
        if (Counts >> 16 != 0) return $"the counts word is 0x{Counts:X8}";
        long running = 16 + 8 * Total;
        if (running > shared.Length) return $"{Total} entries do not fit {shared.Length} bytes";
        for (var i = 0; i < InputBuffers + OutputBuffers; i++)
        {
            var (offset, size) = (Word(shared, Entry(i)), Word(shared, Entry(i) + 4));
            if (offset != running) return $"buffer {i} stands at {offset}, {running} is its place";
            if (size > shared.Length - running) return $"buffer {i} of {size} bytes at {offset} leaves the {shared.Length} bytes";
            running += size + 7 & ~7;
        }
        if (running > shared.Length) return $"the message ends at {running} of {shared.Length} bytes";
        End = (int)running;
        if (_bytes.Length < End) _bytes = new byte[End];
        shared[..End].CopyTo(_bytes);
        return null;
    }

    /// <summary>Where buffer <paramref name="index"/> (inputs, then outputs) stands, with its size as sent.</summary>
    public (int Offset, int Size) Buffer(int index) => ((int)Word(_bytes, Entry(index)), (int)Word(_bytes, Entry(index) + 4));

    public ReadOnlySpan<byte> InputBytes(int index)
    {
        var (offset, size) = Buffer(index);
        return _bytes.AsSpan(offset, size);
    }

    public (int Offset, int Size) Output(int index) => Buffer(InputBuffers + index);

    public uint InputObject(int index) => Word(_bytes, InputObjectEntry(index));

    public int InputObjectEntry(int index) => Entry(InputBuffers + OutputBuffers + index);

    public int OutputEntry(int index) => Entry(InputBuffers + index);

    public int OutputObjectEntry(int index) => Entry(InputBuffers + OutputBuffers + InputObjects + index);

    public static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private int Entry(int index) => Header + 8 * index;
}
