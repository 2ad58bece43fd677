using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The shared memory of one standard call: its message page, and data and page list of each temporary parameter.</summary>
/// <remarks>What was sent is kept privately: a reply is read by these attributes and sizes, never by what the page says later (spec/11 I-08).</remarks>
internal sealed class CallBuffers(OpTeeDomain domain, OpTeeArgument[] arguments)
{
    private readonly OpTeeParameter[] _sent = new OpTeeParameter[arguments.Length];
    private readonly SharedRegion?[] _data = new SharedRegion?[arguments.Length];
    private readonly List<SharedRegion> _held = [];
    private readonly List<OpTeeBuffer> _used = [];

    /// <summary>The page that the message lies in. Valid once <see cref="TryRent"/> has succeeded.</summary>
    public SharedRegion Message { get; private set; } = null!;

    /// <summary>As they go into the message.</summary>
    public ReadOnlySpan<OpTeeParameter> Parameters => _sent;

    /// <summary>Holds the registered buffers among the arguments; false when one was disposed. What is held goes back with the rest.</summary>
    public bool TryUse()
    {
        foreach (ref readonly var argument in arguments.AsSpan())
        {
            if (argument.Buffer is not { } buffer) continue;
            if (!buffer.TryUse()) return false;
            _used.Add(buffer);
        }
        return true;
    }

    /// <summary>Rents everything and fills in the inputs; false when there is no memory.</summary>
    public bool TryRent()
    {
        if (!TryHold(domain.Buffers.Rent(PageList.PageSize), out var message)) return false;
        Message = message;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!TryPlace(i)) return false;
        }
        return true;
    }

    /// <summary>Takes the outputs out of a private copy of the message. False: a size came back that cannot be (larger than given, with SUCCESS).</summary>
    public bool TryRead(ReadOnlySpan<byte> message, int first, TeeResult result, out (ulong A, ulong B)[] values, out byte[]?[] bytes)
    {
        values = new (ulong, ulong)[arguments.Length];
        bytes = new byte[]?[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = (_sent[i].A, _sent[i].B);
            if (!_sent[i].Attribute.IsOutput) continue;
            var read = OpTeeMessage.ReadParameter(message, first + i);
            values[i] = (read.A, read.B);
            if (_sent[i].Attribute.IsValue) continue;
            var given = _sent[i].ByteSize;
            if (read.ByteSize > given && result == TeeResult.Success && !_sent[i].IsNullMemory) return false;
            if (_data[i] is { } data) bytes[i] = data.Owner[..(int)Math.Min(read.ByteSize, given)].ToArray();
        }
        return true;
    }

    /// <summary>Memory of a call that is no argument: it goes the way of the others.</summary>
    public void Hold(SharedRegion region) => _held.Add(region);

    /// <summary>Everything that is held goes back, once.</summary>
    public void GiveBack()
    {
        foreach (var region in _held) domain.Buffers.Return(region);
        EndUses(isLost: false);
    }

    /// <summary>OP-TEE may still write to it: nothing is used again before the link is gone.</summary>
    public void Quarantine()
    {
        foreach (var region in _held) domain.Buffers.Quarantine(region);
        EndUses(isLost: true);
    }

    private void EndUses(bool isLost)
    {
        _held.Clear();
        foreach (var buffer in _used) buffer.EndUse(isLost);
        _used.Clear();
    }

    private bool TryPlace(int index)
    {
        ref readonly var argument = ref arguments[index];
        if (!argument.IsTemporary)
        {
            // A value, none, or registered memory by its cookie; in a static area nothing is registered, and memory goes by its address.
            _sent[index] = domain.StaticArea is not null && argument.Buffer?.Region is { } shared
                ? OpTeeParameter.Temporary(argument.TemporaryType, shared.PhysicalAddress + argument.A, argument.B, argument.Buffer.Cookie)
                : new(OpTeeAttribute.Of(argument.Type), argument.A, argument.B, argument.Buffer?.Cookie ?? 0);
            return true;
        }
        if (argument.B == 0 || argument.Buffer is not null)
        {
            _sent[index] = OpTeeParameter.Temporary(argument.Type, 0, argument.B, 0);
            return true;
        }
        if (!TryHold(domain.Buffers.Rent((int)argument.B), out var data)) return false;
        _data[index] = data;
        if (!argument.Bytes.IsEmpty)
        {
            argument.Bytes.Span.CopyTo(data.Owner);
            data.MarkDirty(argument.Bytes.Length);
        }
        if (domain.StaticArea is not null)
        {
            _sent[index] = OpTeeParameter.Temporary(argument.Type, data.PhysicalAddress, argument.B, domain.NextCookie());
            return true;
        }
        if (!TryHold(PageListBuffer.TryMake(domain.Buffers, data), out var list)) return false;
        _sent[index] = OpTeeParameter.Temporary(argument.Type, list.PhysicalAddress, argument.B, domain.NextCookie(), nonContiguous: true);
        return true;
    }

    private bool TryHold(SharedRegion? rented, out SharedRegion region)
    {
        region = rented!;
        if (rented is null) return false;
        _held.Add(rented);
        return true;
    }
}
