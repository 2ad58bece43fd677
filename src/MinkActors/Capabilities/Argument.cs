using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>One argument of an invocation, as the caller gives it (spec/01 section 2.2).</summary>
/// <remarks>Arguments may be given in any order: they travel grouped by kind, and keep their order inside a kind.</remarks>
public readonly struct Argument
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly InlineBytes _inline;

    private Argument(ArgumentKind kind, int size, ReadOnlyMemory<byte> bytes = default, InlineBytes inline = default, Capability? capability = null)
    {
        Kind = kind;
        Size = size;
        _bytes = bytes;
        _inline = inline;
        Object = capability;
    }

    /// <summary>Which of the four kinds it is.</summary>
    public ArgumentKind Kind { get; }

    /// <summary>Bytes of an input buffer; capacity in bytes of an output buffer; 0 for objects.</summary>
    public int Size { get; }

    internal Capability? Object { get; }

    /// <summary>The bytes of an input buffer. Must be called on the argument where it lies, for small ones lie inside it.</summary>
    [UnscopedRef]
    internal ReadOnlySpan<byte> Bytes => _bytes.IsEmpty ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<InlineBytes, byte>(ref Unsafe.AsRef(in _inline)), Kind == ArgumentKind.InputBuffer && Size <= InlineBytes.Size ? Size : 0) : _bytes.Span;

    /// <summary>An input buffer. Copied before the invocation's method returns.</summary>
    public static Argument In(ReadOnlyMemory<byte> bytes) => new(ArgumentKind.InputBuffer, bytes.Length, bytes);

    /// <inheritdoc cref="In(ReadOnlyMemory{byte})"/>
    public static Argument In(byte[] bytes) => In((ReadOnlyMemory<byte>)bytes);

    /// <summary>An input buffer with one value in it, little-endian, of the size of <typeparamref name="T"/>.</summary>
    public static Argument In<T>(T value) where T : unmanaged => Small(new ReadOnlySpan<T>(in value));

    /// <summary>An input buffer with two values packed one behind the other, as Mink IDL bundles small inputs (spec/04 section 1).</summary>
    /// <remarks>Without padding: give the one of larger alignment first.</remarks>
    public static Argument In<T1, T2>(T1 first, T2 second) where T1 : unmanaged where T2 : unmanaged
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<T1>() + Unsafe.SizeOf<T2>()];
        Unsafe.WriteUnaligned(ref bytes[0], first);
        Unsafe.WriteUnaligned(ref bytes[Unsafe.SizeOf<T1>()], second);
        return Small<byte>(bytes);
    }

    /// <summary>An input object; lent for the length of the call. Null is the null object.</summary>
    public static Argument In(Capability? capability) => new(ArgumentKind.InputObject, 0, capability: capability);

    /// <summary>An output buffer of that many bytes; the callee may fill fewer.</summary>
    public static Argument Out(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        return new(ArgumentKind.OutputBuffer, capacity);
    }

    /// <summary>An output buffer that holds one value of type <typeparamref name="T"/>.</summary>
    public static Argument Out<T>() where T : unmanaged => Out(Unsafe.SizeOf<T>());

    /// <summary>An output object.</summary>
    public static Argument OutObject { get; } = new(ArgumentKind.OutputObject, 0);

    private static Argument Small<T>(ReadOnlySpan<T> value) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(value);
        if (bytes.Length > InlineBytes.Size) return In(bytes.ToArray());
        var inline = default(InlineBytes);
        bytes.CopyTo(inline);
        return new(ArgumentKind.InputBuffer, bytes.Length, inline: inline);
    }

    [InlineArray(Size)]
    private struct InlineBytes
    {
        public const int Size = 16;
        private byte _first;
    }
}
