using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>Memory of the normal world that an application asked for, for RPCs that carry data.</summary>
public sealed class OpTeeSharedMemory
{
    private readonly IPhysicalPages _memory;
    private readonly SharedObject _object;
    private bool _isOver;

    internal OpTeeSharedMemory(IPhysicalPages memory, OpTeeSharedMemoryKind kind, SharedObject made)
    {
        (_memory, _object) = (memory, made);
        Kind = kind;
    }

    /// <summary>Its name in the normal world.</summary>
    public ulong Cookie => _object.Cookie;

    /// <summary>Bytes: whole pages.</summary>
    public ulong Size => _object.Size;

    internal OpTeeSharedMemoryKind Kind { get; }

    /// <summary>Copies out of it. The normal world may change it at any time.</summary>
    /// <exception cref="AccessViolationException">Beyond its end, given back, or taken away by the normal world.</exception>
    public void Read(ulong offset, Span<byte> into)
    {
        if (_isOver || !Fits(offset, into.Length) || !_object.TryRead(_memory, offset, into)) throw new AccessViolationException($"Read of {into.Length} bytes at {offset} of {Size}.");
    }

    /// <summary>Copies into it.</summary>
    /// <exception cref="AccessViolationException">Beyond its end, given back, or taken away by the normal world.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (_isOver || !Fits(offset, bytes.Length) || !_object.TryWrite(_memory, offset, bytes)) throw new AccessViolationException($"Write of {bytes.Length} bytes at {offset} of {Size}.");
    }

    /// <summary>A part of it as a parameter of an RPC.</summary>
    /// <param name="type">One of the three registered types; memory of the static area goes as the temporary type of the same direction.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="offset">Bytes from its start.</param>
    public OpTeeParameter As(OpTeeParameterType type, ulong size, ulong offset = 0) => _object.StaticAddress == 0
        ? OpTeeParameter.Registered(type, offset, size, Cookie)
        : OpTeeParameter.Temporary(type switch
        {
            OpTeeParameterType.RegisteredInput => OpTeeParameterType.TemporaryInput,
            OpTeeParameterType.RegisteredOutput => OpTeeParameterType.TemporaryOutput,
            _ => OpTeeParameterType.TemporaryInOut,
        }, _object.StaticAddress + offset, size, Cookie);

    internal void End() => _isOver = true;

    private bool Fits(ulong offset, int length) => offset <= Size && (ulong)length <= Size - offset;
}
