using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>A memory parameter as an application sees it: a range of the client's memory, which the client can change at any time.</summary>
/// <remarks>Copy what is checked. Valid during the call; beyond its end every access throws, which ends the application.</remarks>
public sealed class OpTeeMemory
{
    private readonly IPhysicalPages _memory;
    private readonly SharedObject? _object;
    private readonly ulong _start;
    private volatile bool _isOver;

    internal OpTeeMemory(IPhysicalPages memory, SharedObject? target, ulong start, ulong size, OpTeeAttribute attribute)
    {
        (_memory, _object, _start) = (memory, target, start);
        Size = UsedSize = size;
        Attribute = attribute;
    }

    /// <summary>Bytes the client gave, or wants to know about when <see cref="IsNull"/>.</summary>
    public ulong Size { get; }

    /// <summary>Goes back to the client: bytes written, or bytes needed with SHORT_BUFFER. The given size unless set.</summary>
    public ulong UsedSize { get; set; }

    /// <summary>A reference to nothing: only its size is exchanged.</summary>
    public bool IsNull => _object is null;

    internal OpTeeAttribute Attribute { get; }

    internal SharedObject? Object => _object;

    /// <summary>Where it starts in the object, for RPCs that hand it on.</summary>
    internal ulong Start => _start;

    /// <summary>Copies out of the memory.</summary>
    /// <exception cref="AccessViolationException">Beyond the range, not readable, or no longer there.</exception>
    public void Read(ulong offset, Span<byte> into)
    {
        if (!IsInside(offset, into.Length) || !Attribute.IsInput || !_object!.TryRead(_memory, _start + offset, into)) throw Fault("Read", offset, into.Length);
    }

    /// <summary>Copies into the memory.</summary>
    /// <exception cref="AccessViolationException">Beyond the range, not writable, or no longer there.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (!IsInside(offset, bytes.Length) || !Attribute.IsOutput || !_object!.TryWrite(_memory, _start + offset, bytes)) throw Fault("Write", offset, bytes.Length);
    }

    /// <summary>A copy of everything, at most 16 MiB.</summary>
    public byte[] ToArray()
    {
        if (Size > 16 << 20) throw new OpTeeException(TeeResult.OutOfMemory, $"A copy of {Size} bytes is beyond the limit of 16 MiB.");
        var copy = new byte[Size];
        if (copy.Length > 0) Read(0, copy);
        return copy;
    }

    /// <summary>Answers with these bytes: <see cref="UsedSize"/> is set, and they are copied if they fit.</summary>
    /// <returns>SUCCESS, or SHORT_BUFFER with the size that is needed.</returns>
    public TeeResult Answer(ReadOnlySpan<byte> bytes)
    {
        UsedSize = (ulong)bytes.Length;
        if (IsNull || UsedSize > Size) return TeeResult.ShortBuffer;
        Write(0, bytes);
        return TeeResult.Success;
    }

    internal void End() => _isOver = true;

    private bool IsInside(ulong offset, int length) => !_isOver && !IsNull && offset <= Size && (ulong)length <= Size - offset;

    private AccessViolationException Fault(string access, ulong offset, int length) =>
        new($"{access} of {length} bytes at {offset} of a parameter {Attribute} of {Size} bytes{(_isOver ? " whose call has ended" : "")}.");
}
