using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MinkActors.Protocol;

/// <summary>The private snapshot of one message's argument table. Whoever writes or reads a message fills one; from then on it, and never the
/// shared memory, says what the arguments are (doc 02, section 7).</summary>
/// <remarks>About 500 bytes: pass it by reference and keep it where it lives as long as the invocation. Only the entries in use are ever
/// written, so a table can be used again without clearing. One thread at a time.</remarks>
public struct ArgumentTable
{
    private Entries _entries;

    /// <summary>Zero after a refusal that makes the counts meaningless.</summary>
    public ArgumentCounts Counts { readonly get; private set; }

    /// <summary>Where the payload area starts: 16 bytes and 8 for each argument, whatever the header.</summary>
    public readonly int PayloadStart => MessageLayout.PayloadStart(Counts);

    /// <summary>Where it ends, which is the size of the message. Behind a callback request the asynchronous area starts here.</summary>
    public int PayloadEnd { readonly get; internal set; }

    /// <summary>Offset and size of an input buffer; it lies inside the message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument.</exception>
    public readonly BufferEntry InputBuffer(int index)
    {
        Check(index, Counts.InputBuffers);
        return BufferEntry.FromRaw(_entries[index]);
    }

    /// <summary>Offset of an output buffer and its capacity, or in the table of a reply the bytes filled, which are never more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument.</exception>
    public readonly BufferEntry OutputBuffer(int index)
    {
        Check(index, Counts.OutputBuffers);
        return BufferEntry.FromRaw(_entries[Counts.InputBuffers + index]);
    }

    /// <summary>The raw id of an input object: the peer's word, not yet known to name anything.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument.</exception>
    public readonly ObjectId InputObject(int index)
    {
        Check(index, Counts.InputObjects);
        return new ObjectId((uint)_entries[Counts.Buffers + index]);
    }

    /// <summary>The raw id of an output object in the table of a reply; null in the table of a request.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: there is no such argument.</exception>
    public readonly ObjectId OutputObject(int index)
    {
        Check(index, Counts.OutputObjects);
        return new ObjectId((uint)_entries[Counts.FirstOutputObject + index]);
    }

    /// <summary>The bytes of an input buffer within the message's own <paramref name="buffer"/>; copy them once before looking at them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: no such argument, or another buffer.</exception>
    public readonly ReadOnlySpan<byte> InputBytes(ReadOnlySpan<byte> buffer, int index)
    {
        var entry = InputBuffer(index);
        return buffer.Slice(entry.Offset, entry.Size);
    }

    /// <summary>The bytes of an output buffer within the message's own <paramref name="buffer"/>, to fill or, after a reply, to copy once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller's mistake: no such argument, or another buffer.</exception>
    public readonly Span<byte> OutputBytes(Span<byte> buffer, int index)
    {
        var entry = OutputBuffer(index);
        return buffer.Slice(entry.Offset, entry.Size);
    }

    /// <inheritdoc cref="OutputBytes(Span{byte}, int)"/>
    public readonly ReadOnlySpan<byte> OutputBytes(ReadOnlySpan<byte> buffer, int index)
    {
        var entry = OutputBuffer(index);
        return buffer.Slice(entry.Offset, entry.Size);
    }

    /// <summary>All entries of the message in its order; a view of this table.</summary>
    [UnscopedRef]
    internal Span<ulong> Used => ((Span<ulong>)_entries)[..Counts.Total];

    /// <summary>One entry without a bounds check. Sound for every index below the counts' total: counts cannot say more than 60.</summary>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref ulong Entry(int index) => ref Unsafe.Add(ref Unsafe.As<Entries, ulong>(ref _entries), index);

    /// <summary>Becomes a copy of another table, as far as that one is in use.</summary>
    internal void CopyUsed(ref readonly ArgumentTable other)
    {
        Counts = other.Counts;
        PayloadEnd = other.PayloadEnd;
        ((ReadOnlySpan<ulong>)other._entries)[..Counts.Total].CopyTo(_entries);
    }

    /// <summary>An empty message of these counts. The entries hold what they held: the caller writes every one of them.</summary>
    internal void Start(ArgumentCounts counts) => Start(counts, MessageLayout.PayloadStart(counts));

    internal void Start(ArgumentCounts counts, int payloadEnd)
    {
        Counts = counts;
        PayloadEnd = payloadEnd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Check(int index, int count)
    {
        if ((uint)index >= (uint)count) Throw(index, count);
    }

    [DoesNotReturn]
    private static void Throw(int index, int count) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The message has {count} arguments of this kind.");

    /// <summary>An entry as it travels, low word first: offset and size, or id and nothing.</summary>
    [InlineArray(ArgumentCounts.MaxInAll)]
    private struct Entries
    {
        private ulong _first;
    }
}
