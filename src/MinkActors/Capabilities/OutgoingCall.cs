using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A call being put together: input buffers first, then output buffers; objects at any time; then one send.</summary>
/// <remarks>The bytes are written where the message will be read. It lives on the stack and is sent by the thread that began it: nothing is
/// awaited in between. Ends with <see cref="SendAsync()"/> or <see cref="Abandon"/>.</remarks>
public readonly ref struct OutgoingCall
{
    private readonly Invocation _invocation;
    private readonly uint _generation;

    internal OutgoingCall(Invocation invocation)
    {
        _invocation = invocation;
        _generation = invocation.Generation;
    }

    private Invocation Open
    {
        get
        {
            if (_invocation.Generation != _generation) throw new InvalidOperationException("The call was sent or abandoned already.");
            return _invocation;
        }
    }

    /// <summary>The next input buffer; the bytes are copied.</summary>
    public OutgoingCall In(ReadOnlySpan<byte> bytes)
    {
        Open.AddInput(bytes);
        return this;
    }

    /// <summary>The next input buffer, with one value in it.</summary>
    public OutgoingCall In<T>(in T value) where T : unmanaged
    {
        Open.AddInput(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
        return this;
    }

    /// <summary>The next input buffer of that many bytes, zeroed, to be written in place before the next argument is added.</summary>
    public Span<byte> ReserveIn(int size) => Open.ReserveInput(size);

    /// <summary>The next output buffer.</summary>
    public OutgoingCall Out(int capacity)
    {
        Open.AddOutput(capacity);
        return this;
    }

    /// <summary>The next output buffer, for one value.</summary>
    public OutgoingCall Out<T>() where T : unmanaged => Out(Unsafe.SizeOf<T>());

    /// <summary>The next input object, lent for the call; null is the null object.</summary>
    public OutgoingCall In(Capability? capability)
    {
        Open.AddInputObject(capability);
        return this;
    }

    /// <summary>Sends the call; see <see cref="Capability.InvokeAsync(uint, ReadOnlySpan{Argument})"/>.</summary>
    public ValueTask<Reply> SendAsync() => Open.SendAsync(CallOptions.None);

    /// <inheritdoc cref="SendAsync()"/>
    public ValueTask<Reply> SendAsync(CancellationToken cancellationToken) => Open.SendAsync(new CallOptions { CancellationToken = cancellationToken });

    /// <inheritdoc cref="SendAsync()"/>
    public ValueTask<Reply> SendAsync(in CallOptions options) => Open.SendAsync(options);

    /// <summary>Gives the call up before it was sent; what was lent to it is free again.</summary>
    public void Abandon() => Open.Abandon();
}
