using System.Runtime.InteropServices;

namespace MinkActors;

/// <summary>The permits to enter the secure world: one for each secure thread. Taking a free one is one compare-and-swap.</summary>
/// <remarks>
/// A callback holds its invocation's slot while it makes nested invocations, which need slots of their own. So that a chain
/// can always go on, the last slots are kept for deeper calls: depth d may use slot i only if i is below
/// slots - (depths - 1 - d). Proof: let m be the deepest depth that waits while nothing runs. Every holder is then of depth
/// m - 1 or less, so that slot (slots - depths + m) is free, and depth m may use it. Hence slots must be at least the depths.
/// Each slot has a cache line of its own, and a caller starts looking at its own lane's: cores do not meet here.
/// </remarks>
internal sealed class SlotTable
{
    private readonly Slot[] _slots;
    private readonly int _depths;

    /// <param name="slots">Secure threads, at least 1.</param>
    /// <param name="depths">How deep a chain of invocations may nest, 1 to <paramref name="slots"/>.</param>
    public SlotTable(int slots, int depths)
    {
        Invariant.Holds(depths >= 1 && slots >= depths);
        _slots = new Slot[slots];
        _depths = depths;
    }

    public int Count => _slots.Length;

    public int Depths => _depths;

    public int InUse
    {
        get
        {
            var used = 0;
            foreach (ref var slot in _slots.AsSpan()) used += Volatile.Read(ref slot.Taken);
            return used;
        }
    }

    /// <summary>Takes a free slot that this depth may use; false when there is none.</summary>
    public bool TryTake(int depth, int lane, out int index)
    {
        var allowed = _slots.Length - (_depths - 1 - depth);
        var start = lane < allowed ? lane : lane % allowed;
        for (var i = 0; i < allowed; i++)
        {
            index = start + i;
            if (index >= allowed) index -= allowed;
            ref var slot = ref _slots[index];
            if (Volatile.Read(ref slot.Taken) == 0 && Interlocked.CompareExchange(ref slot.Taken, 1, 0) == 0) return true;
        }
        index = -1;
        return false;
    }

    /// <summary>Gives a slot back. A full fence, so that a release and a waiter that registers cannot miss each other.</summary>
    public void Free(int index) => Invariant.Holds(Interlocked.Exchange(ref _slots[index].Taken, 0) == 1);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Slot
    {
        [FieldOffset(0)] public int Taken;
    }
}
