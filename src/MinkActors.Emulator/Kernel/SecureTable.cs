using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The secure world's object table: secure ids to objects, each with the references that the normal world holds.</summary>
/// <remarks>Look-ups take no lock, since every direct invocation makes one; sending and releasing do. An id is given again only
/// after all others that are free (spec/11 I-04).</remarks>
internal sealed class SecureTable(int capacity)
{
    private const uint FirstId = 2;

    private readonly Lock _lock = new();
    private readonly Queue<uint> _free = new();
    private SecureObjectHost?[] _objects = new SecureObjectHost?[64];
    private int[] _references = new int[64];
    private uint _next = FirstId;

    /// <summary>Live ids.</summary>
    public int Count { get; private set; }

    /// <summary>The object behind a live id, or null.</summary>
    public SecureObjectHost? Find(ObjectId id)
    {
        var objects = Volatile.Read(ref _objects);
        return id.Value < (uint)objects.Length ? objects[id.Value] : null;
    }

    /// <summary>One reference for the normal world: the caller's, which moves. False when the table is full: it stays the caller's.</summary>
    public bool TrySend(SecureObjectHost target, out ObjectId id)
    {
        lock (_lock)
        {
            if (target.WireId == 0)
            {
                if (Count >= capacity)
                {
                    id = default;
                    return false;
                }
                target.WireId = TakeId();
                _objects[target.WireId] = target;
                Count++;
            }
            _references[target.WireId]++;
            id = new ObjectId(target.WireId);
            return true;
        }
    }

    /// <summary>One more reference for the normal world, by RETAIN. False for an id that is not live.</summary>
    public bool TryRetain(ObjectId id)
    {
        lock (_lock)
        {
            if (Find(id) is not { } target || !target.TryRetain()) return false;
            _references[id.Value]++;
            return true;
        }
    }

    /// <summary>The normal world gave one reference up. False for an id that is not live.</summary>
    /// <param name="id">The id.</param>
    /// <param name="gone">The object, when that was the normal world's last reference to it.</param>
    public bool TryRelease(ObjectId id, out SecureObjectHost? gone)
    {
        SecureObjectHost? target;
        gone = null;
        lock (_lock)
        {
            target = Find(id);
            if (target is null) return false;
            if (--_references[id.Value] == 0)
            {
                Remove(id.Value, target);
                gone = target;
            }
        }
        target.Release();
        return true;
    }

    /// <summary>Every live id, its object and the normal world's references.</summary>
    public List<(ObjectId Id, SecureObjectHost Target, int References)> Entries()
    {
        var entries = new List<(ObjectId, SecureObjectHost, int)>();
        lock (_lock)
        {
            for (uint id = FirstId; id < _next; id++)
            {
                if (_objects[id] is { } target) entries.Add((new ObjectId(id), target, _references[id]));
            }
        }
        return entries;
    }

    private void Remove(uint id, SecureObjectHost target)
    {
        _objects[id] = null;
        target.WireId = 0;
        _free.Enqueue(id);
        Count--;
    }

    private uint TakeId()
    {
        // A freed number rests until a good many others are free: a late user of the old one meets nobody, not somebody else.
        if (_free.Count > 1024) return _free.Dequeue();
        if (_next == _objects.Length)
        {
            Array.Resize(ref _references, _objects.Length * 2);
            var objects = new SecureObjectHost?[_objects.Length * 2];
            _objects.CopyTo(objects, 0);
            Volatile.Write(ref _objects, objects);
        }
        return _next++;
    }
}
