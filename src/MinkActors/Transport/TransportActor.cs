using MinkActors.Actors;

namespace MinkActors;

/// <summary>The way into the secure world: a fixed number of slots, and a queue for those who find none.</summary>
/// <remarks>
/// A free slot is taken without a turn of this actor. Who finds none asks here and waits: deeper calls first, since others
/// wait for them, and in order of arrival within a depth. The queue is bounded: beyond it a caller is refused (back-pressure).
/// </remarks>
internal sealed class TransportActor : Actor
{
    private readonly SlotTable _slots;
    private readonly Queue<SlotRequest>[] _waiting;
    private readonly int _queueMax;
    private readonly Action<int> _foundWaiting;
    private readonly Pump _pump = new();
    private int _pumping;
    private int _waiters;

    /// <param name="limits">Slots, depths and the length of the queue.</param>
    /// <param name="foundWaiting">Told how many wait when one more comes.</param>
    public TransportActor(MinkLimits limits, Action<int> foundWaiting)
    {
        _foundWaiting = foundWaiting;
        _slots = new SlotTable(limits.Slots, Math.Min(limits.ChainDepth, limits.Slots));
        _waiting = new Queue<SlotRequest>[_slots.Depths];
        for (var depth = 0; depth < _waiting.Length; depth++) _waiting[depth] = new Queue<SlotRequest>();
        _queueMax = limits.QueuedInvocations;
    }

    /// <summary>How deep a chain may nest; a deeper call is refused at once.</summary>
    public int Depths => _slots.Depths;

    /// <summary>How many may wait for a slot; one more is refused.</summary>
    public int QueueMax => _queueMax;

    public int SlotsInUse => _slots.InUse;

    public int Waiting => Volatile.Read(ref _waiters);

    /// <summary>The short way: a slot, if one is free and nobody waits for one.</summary>
    public bool TryTake(int depth, int lane, out int slot)
    {
        slot = -1;
        return Volatile.Read(ref _waiters) == 0 && _slots.TryTake(depth, lane, out slot);
    }

    /// <summary>Gives a slot back; whoever waits is served in a turn of this actor.</summary>
    public void Free(int slot)
    {
        _slots.Free(slot);
        if (Volatile.Read(ref _waiters) > 0 && Interlocked.Exchange(ref _pumping, 1) == 0) Tell(_pump);
    }

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case SlotRequest request: Enqueue(request); break;
            case CancelSlotRequest cancel: Cancel(cancel.Request, cancel.Ticket); break;
            case Pump:
                Volatile.Write(ref _pumping, 0);
                Interlocked.MemoryBarrier();
                GrantAll();
                break;
        }
    }

    private void Enqueue(SlotRequest request)
    {
        _foundWaiting(_waiters);
        if (_waiters >= _queueMax)
        {
            Answer(request, SlotRequest.QueueFull);
            return;
        }
        request.IsWaiting = true;
        _waiting[request.Depth].Enqueue(request);
        // The count is visible before the look below: a slot freed from here on pumps.
        Interlocked.Increment(ref _waiters);
        GrantAll();
    }

    private void GrantAll()
    {
        for (var depth = _waiting.Length - 1; depth >= 0; depth--)
        {
            while (_waiting[depth].TryPeek(out var request))
            {
                if (!_slots.TryTake(depth, 0, out var slot)) break;
                _waiting[depth].Dequeue();
                Interlocked.Decrement(ref _waiters);
                Answer(request, slot);
            }
        }
    }

    private void Cancel(SlotRequest request, uint ticket)
    {
        if (!request.IsWaiting || request.Ticket != ticket) return;    // granted meanwhile: the invocation gives the slot back
        var queue = _waiting[request.Depth];
        for (var left = queue.Count; left > 0; left--)
        {
            var at = queue.Dequeue();
            if (!ReferenceEquals(at, request)) queue.Enqueue(at);
        }
        Interlocked.Decrement(ref _waiters);
        Answer(request, SlotRequest.Cancelled);
    }

    private static void Answer(SlotRequest request, int slot)
    {
        request.IsWaiting = false;
        request.Slot = slot;
        request.ReplyTo.Tell(request);
    }

    private sealed class Pump : Message;
}

/// <summary>An invocation asks for a slot and is told the same message back with one, or with why not.</summary>
internal sealed class SlotRequest : Message
{
    public const int QueueFull = -1;
    public const int Cancelled = -2;

    public required Actor ReplyTo { get; init; }
    public int Depth { get; set; }
    public int Slot { get; set; }

    /// <summary>Which use of the pooled message this is.</summary>
    public uint Ticket { get; set; }

    /// <summary>In the transport's queue; the transport's to read and write.</summary>
    public bool IsWaiting { get; set; }
}

/// <summary>An invocation no longer wants the slot it waits for.</summary>
internal sealed class CancelSlotRequest(SlotRequest request) : Message
{
    public SlotRequest Request => request;
    public uint Ticket { get; } = request.Ticket;
}
