using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Device;

/// <summary>All memory of SHM_ALLOC: one numbering for the whole device, lowest free number from 1 (spec/03 section 11).</summary>
/// <remarks>Any thread.</remarks>
internal sealed class SharedBuffers(NormalDomain domain, TeeContextLimits limits)
{
    private readonly Lock _gate = new();
    private readonly List<SharedBuffer?> _byId = [null];     // 0 is no id

    /// <summary>Buffers that exist.</summary>
    public int Count
    {
        get { lock (_gate) return _byId.Count(buffer => buffer is not null); }
    }

    /// <summary>Checks 3 and 4 of SHM_ALLOC.</summary>
    public Errno TryAllocate(TeeContext context, int size, out SharedBuffer? buffer, out int clientDescriptor)
    {
        buffer = null;
        clientDescriptor = -1;
        lock (_gate)
        {
            Sweep();
            if (!IsWithinLimits(context, size) || !TryCharge(context.Account, size)) return Errno.ENOMEM;
            var error = SharedBuffer.TryCreate(domain.Memory, context, size, out buffer, out clientDescriptor);
            if (error != Errno.Ok)
            {
                Credit(context.Account, size);
                return error;
            }

            var id = 1;
            while (id < _byId.Count && _byId[id] is not null) id++;
            if (id == _byId.Count) _byId.Add(null);
            _byId[id] = buffer;
            buffer!.Id = id;
            return Errno.Ok;
        }
    }

    /// <summary>Undoes an allocation that could not be handed over. Its context may have closed meanwhile, since the call is over, and freed it.</summary>
    public void TakeBack(SharedBuffer buffer)
    {
        lock (_gate)
        {
            if (buffer.Objects == 0 && _byId[buffer.Id] == buffer) Free(buffer);
        }
    }

    /// <summary>A new memory object over the buffer of that id; null when this context has none.</summary>
    public BufferObject? Wrap(TeeContext context, ulong id)
    {
        lock (_gate)
        {
            if (Find(context, id) is not { } buffer) return null;
            buffer.Objects++;
            return domain.Actors.Spawn(new BufferObject(domain, buffer, this));
        }
    }

    /// <summary>Size in bytes of the context's buffer of that id.</summary>
    public bool TryGetSize(TeeContext context, ulong id, out ulong size)
    {
        lock (_gate)
        {
            var buffer = Find(context, id);
            size = (ulong)(buffer?.Region.Size ?? 0);
            return buffer is not null;
        }
    }

    /// <summary>A memory object has ended.</summary>
    public void Returned(SharedBuffer buffer)
    {
        lock (_gate)
        {
            buffer.Objects--;
            if (buffer.Objects == 0 && buffer.IsLetGo()) Free(buffer);
        }
    }

    /// <summary>A context is closed: its buffers live on only in memory objects.</summary>
    public void ContextClosed(TeeContext context)
    {
        lock (_gate)
        {
            foreach (var buffer in _byId.ToArray())
            {
                if (buffer is null || buffer.Context != context) continue;
                buffer.Orphan();
                if (buffer.Objects == 0) Free(buffer);
            }
        }
    }

    private SharedBuffer? Find(TeeContext context, ulong id)
    {
        if (id == 0 || id >= (ulong)_byId.Count || _byId[(int)id] is not { } buffer || buffer.Context != context) return null;
        if (buffer.Objects > 0 || !buffer.IsLetGo()) return buffer;
        Free(buffer);
        return null;
    }

    private bool IsWithinLimits(TeeContext context, int size)
    {
        var (count, bytes) = (0, (long)size);
        foreach (var buffer in _byId)
        {
            if (buffer is null || buffer.Context != context) continue;
            count++;
            bytes += buffer.Region.Size;
        }

        return count < limits.SharedBuffersMax && bytes <= limits.SharedBytesMax;
    }

    /// <summary>Frees what clients have closed and unmapped meanwhile, so that its numbers and bytes are there to be used.</summary>
    private void Sweep()
    {
        foreach (var buffer in _byId.ToArray())
        {
            if (buffer is { Objects: 0 } && buffer.IsLetGo()) Free(buffer);
        }
    }

    private void Free(SharedBuffer buffer)
    {
        _byId[buffer.Id] = null;
        Credit(buffer.Context.Account, buffer.Region.Size);
        buffer.Free(domain.Memory);
    }

    private static bool TryCharge(ClientAccount account, int size)
    {
        if (!account.SharedBuffers.TryTake()) return false;
        if (account.SharedBytes.TryTake(size)) return true;
        account.SharedBuffers.GiveBack();
        return false;
    }

    private static void Credit(ClientAccount account, int size)
    {
        account.SharedBuffers.GiveBack();
        account.SharedBytes.GiveBack(size);
    }
}

/// <summary>A buffer as a memory object: one for each time a client sent it.</summary>
internal sealed class BufferObject(NormalDomain domain, SharedBuffer buffer, SharedBuffers buffers) : MemoryObject(domain, buffer.Region)
{
    public SharedBuffer Buffer => buffer;

    protected override string DefaultName => $"shared memory {buffer.Id} of {buffer.Context.Name}";

    protected override void GiveBack() => buffers.Returned(buffer);
}
