using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The listeners that the normal world has registered, by id (spec/05 section 2.2).</summary>
/// <remarks>Any thread. A listener lives until its object answers that it is dead, or another takes the id of a dead one.</remarks>
internal sealed class ListenerTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, Listener> _listeners = [];

    /// <summary>The listener of an id; null when none is registered or it has died.</summary>
    public Listener? Find(uint id)
    {
        lock (_lock) return _listeners.GetValueOrDefault(id) is { IsAlive: true } listener ? listener : null;
    }

    /// <summary>Takes a listener in. False when one that lives has the id; the new one stays the caller's.</summary>
    public bool TryAdd(uint id, Listener listener)
    {
        Listener? dead;
        lock (_lock)
        {
            if (_listeners.TryGetValue(id, out dead) && dead.IsAlive) return false;
            _listeners[id] = listener;
        }
        dead?.Dispose();
        return true;
    }

    /// <summary>Lets go of every listener.</summary>
    public void Clear()
    {
        Listener[] all;
        lock (_lock)
        {
            all = [.. _listeners.Values];
            _listeners.Clear();
        }
        foreach (var listener in all) listener.Dispose();
    }

    /// <summary>Ids with a live listener.</summary>
    public IReadOnlyList<uint> Ids
    {
        get { lock (_lock) return [.. _listeners.Where(entry => entry.Value.IsAlive).Select(entry => entry.Key).Order()]; }
    }
}

/// <summary>One registered listener: its callback object and the memory that requests and responses share.</summary>
internal sealed class Listener(Capability callback, Capability? memory, MappedMemory? mapped) : IDisposable
{
    // Asked each time with the same sizes; the client fills neither (spec/05 section 2.1).
    private const int OffsetsSize = 16;

    // No listener has it; the live ones answer an error, the dead DEFUNCT.
    private const uint UnknownOperation = 0x7F;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _isGone;

    public bool IsAlive => Volatile.Read(ref _isGone) == 0;

    /// <summary>Puts a request at the start of the shared memory, has it served, and reads the response from there. One at a time.</summary>
    /// <param name="request">The request's bytes.</param>
    /// <param name="cleared">Bytes of the area that the request's struct covers, zeroed first.</param>
    /// <param name="response">Filled from offset 0 of the memory.</param>
    /// <returns>0, or why the service has failed; DEFUNCT drops the registration.</returns>
    public async ValueTask<ResultCode> RequestAsync(ReadOnlyMemory<byte> request, int cleared, Memory<byte> response)
    {
        if (mapped is null) return ResultCode.Unavailable;
        if (Math.Max(Math.Max(cleared, request.Length), response.Length) > mapped.Size) return ResultCode.SizeIn;
        await _turn.WaitAsync();
        try
        {
            if (!IsAlive) return ResultCode.Defunct;
            mapped.WritableBytes[..Math.Max(cleared, request.Length)].Clear();
            request.Span.CopyTo(mapped.WritableBytes);
            using var reply = await CallAsync(IListenerCBO.Ops.Request);
            if (reply.IsOk) mapped.Bytes[..response.Length].CopyTo(response.Span);
            return reply.Code;
        }
        catch (MinkTransportException failure)
        {
            return failure.Code;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether its client still answers; the registration of one that does not is dropped.</summary>
    public async ValueTask<bool> AnswersAsync()
    {
        try
        {
            using var reply = await CallAsync(UnknownOperation);
        }
        catch (MinkTransportException)
        {
            // Not delivered: that says nothing about the client.
        }

        return IsAlive;
    }

    // Always in one shape: the published library frees an output twice when a later call on the same object has fewer (spec/04 section 11, C1).
    private async ValueTask<Reply> CallAsync(uint operation)
    {
        var reply = await callback.InvokeAsync(operation, Argument.Out(OffsetsSize), Argument.Out<uint>(),
            Argument.OutObject, Argument.OutObject, Argument.OutObject, Argument.OutObject);
        if (reply.Code == ResultCode.Defunct) Dispose();
        return reply;
    }

    /// <summary>Gives everything up: mapping first, then memory, then callback.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isGone, 1) != 0) return;
        mapped?.Dispose();
        memory?.Dispose();
        callback.Dispose();
    }
}
