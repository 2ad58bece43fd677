using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Memory registered with OP-TEE: shared until it is disposed, and passed in calls without copying.</summary>
/// <remarks>Both sides may touch the bytes at the same time. Disposing waits until no call uses it, then the pages go back.</remarks>
public sealed class OpTeeBuffer : IAsyncDisposable
{
    private readonly OpTeeDomain? _domain;
    private readonly SharedRegion? _region;
    private int _isOver;

    internal OpTeeBuffer(OpTeeDomain? domain, SharedRegion? region, ulong cookie) => (_domain, _region, Cookie) = (domain, region, cookie);

    /// <summary>Bytes, a multiple of the page size.</summary>
    public int Size => _region?.Size ?? 0;

    /// <summary>The bytes, shared. Do not keep the span beyond the disposal.</summary>
    public Span<byte> Span => _isOver == 0 && _region is not null ? _region.Owner : throw new ObjectDisposedException(nameof(OpTeeBuffer));

    internal ulong Cookie { get; }

    internal bool IsUsable => _isOver == 0;

    internal static OpTeeBuffer Null { get; } = new(null, null, 0);

    internal static OpTeeBuffer Named(ulong handle) => new(null, null, handle);

    internal SharedRegion? Region => _region;

    /// <summary>Ends the registration. A second time does nothing. When OP-TEE refuses, the pages stay shared until the system has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_domain is null || Interlocked.Exchange(ref _isOver, 1) != 0) return;
        await _domain.UnregisterAsync(this);
    }
}
