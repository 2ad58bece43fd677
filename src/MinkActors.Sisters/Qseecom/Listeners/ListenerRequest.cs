using System.Buffers.Binary;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>One request of QSEE to a listener: the listener's buffer for as long as the request is served.</summary>
/// <remarks>QSEE shares the buffer and is not bound to leave it alone: copy what is to be checked, and check the copy.</remarks>
public sealed class ListenerRequest
{
    private readonly SharedRegion _buffer;
    private readonly CancellationTokenSource _over = new();
    private readonly List<ScatterEntry> _references = [];

    internal ListenerRequest(uint listenerId, SharedRegion buffer, int size)
    {
        ListenerId = listenerId;
        _buffer = buffer;
        Size = size;
    }

    /// <summary>Whose request it is.</summary>
    public uint ListenerId { get; }

    /// <summary>Bytes of the buffer.</summary>
    public int Size { get; }

    internal CancellationToken Token => _over.Token;

    internal bool IsOver { get; private set; }

    internal IReadOnlyList<ScatterEntry> References => _references;

    /// <summary>Copies bytes out of the buffer.</summary>
    /// <exception cref="InvalidOperationException">The request is no longer served.</exception>
    public void Read(int offset, Span<byte> into) => Window(offset, into.Length).CopyTo(into);

    /// <summary>Copies the whole buffer.</summary>
    /// <exception cref="InvalidOperationException">The request is no longer served.</exception>
    public byte[] Copy() => Window(0, Size).ToArray();

    /// <summary>Writes into the buffer, where the application finds it once the request has been served.</summary>
    /// <exception cref="InvalidOperationException">The request is no longer served.</exception>
    public void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Window(offset, bytes.Length));
        _buffer.MarkDirty(offset + bytes.Length);
    }

    /// <summary>Passes memory along: its address is put into the buffer, and QSEE is told where (spec/08 section 8, respond with references).</summary>
    /// <param name="offset">Where in the buffer the 64-bit address goes.</param>
    /// <param name="memory">Must live until the application has read it.</param>
    /// <exception cref="QseecomException">More than 4 references, or the address does not fit at that place (EINVAL).</exception>
    public void Refer(int offset, QseecomMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (_references.Count == QseecomLimits.ScatterEntries) throw Invalid($"{QseecomLimits.ScatterEntries + 1} references, the limit is {QseecomLimits.ScatterEntries}");
        if (offset < 0 || offset + (long)sizeof(ulong) > Size) throw Invalid($"The reference at {offset} does not lie in the {Size} bytes of the buffer");
        Span<byte> address = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(address, memory.Region.PhysicalAddress);
        Write(offset, address);
        _references.Add(new ScatterEntry((uint)offset, IsSingle: true, IsWide: true, (uint)memory.Size));
    }

    /// <summary>The buffer is no longer this request's.</summary>
    internal void End()
    {
        IsOver = true;
        _references.Clear();
    }

    /// <summary>The request is over before its code: the code is told so.</summary>
    internal void Abandon()
    {
        End();
        _over.Cancel();
    }

    private Span<byte> Window(int offset, int length)
    {
        if (IsOver) throw new InvalidOperationException($"The request to listener 0x{ListenerId:X} is no longer served.");
        return _buffer.Owner[..Size].Slice(offset, length);
    }

    private static QseecomException Invalid(string reason) => new(QseecomErrno.EINVAL, reason, true);
}
