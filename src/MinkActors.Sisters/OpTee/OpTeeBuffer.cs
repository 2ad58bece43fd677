using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Memory registered with OP-TEE: shared until it is disposed, and passed in calls without copying.</summary>
/// <remarks>Both sides may touch the bytes at the same time. Disposed, no new call may use it; the pages go back when no call does.</remarks>
public sealed class OpTeeBuffer : IAsyncDisposable
{
    private readonly OpTeeDomain? _domain;
    private readonly SharedRegion? _region;
    private readonly Lock _gate = new();
    private Action<bool>? _whenUnused;
    private int _users;
    private bool _isLost;
    private volatile bool _isOver;

    internal OpTeeBuffer(OpTeeDomain? domain, SharedRegion? region, ulong cookie) => (_domain, _region, Cookie) = (domain, region, cookie);

    /// <summary>Bytes, a multiple of the page size.</summary>
    public int Size => _region?.Size ?? 0;

    /// <summary>The bytes, shared. Do not keep the span beyond the disposal.</summary>
    public Span<byte> Span => !_isOver && _region is not null ? _region.Owner : throw new ObjectDisposedException(nameof(OpTeeBuffer));

    internal ulong Cookie { get; }

    internal static OpTeeBuffer Null { get; } = new(null, null, 0);

    internal static OpTeeBuffer Named(ulong handle) => new(null, null, handle);

    internal SharedRegion? Region => _region;

    /// <summary>Ends the registration. A second time does nothing. When OP-TEE refuses, the pages stay shared until the system has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_domain is null) return;
        lock (_gate)
        {
            if (_isOver) return;
            _isOver = true;
        }
        await _domain.Open.UnregisterAsync(this);
    }

    /// <summary>A call begins to use it; false once it was disposed.</summary>
    internal bool TryUse()
    {
        lock (_gate)
        {
            if (_isOver) return false;
            _users++;
            return true;
        }
    }

    /// <summary>A call that used it is over.</summary>
    /// <param name="isLost">The call never came back: OP-TEE may use the bytes for as long as it lives.</param>
    internal void EndUse(bool isLost)
    {
        Action<bool>? then;
        lock (_gate)
        {
            Invariant.Holds(_users > 0);
            _isLost |= isLost;
            then = --_users == 0 ? _whenUnused : null;
        }
        then?.Invoke(!_isLost);
    }

    /// <summary>Runs once no call uses it any more, with false when one of them was lost. After the disposal only, and once.</summary>
    internal void WhenUnused(Action<bool> then)
    {
        lock (_gate)
        {
            _whenUnused = then;
            if (_users > 0) return;
        }
        then(!_isLost);
    }
}
