using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>The client side of a MediaTek-style provider (spec 10 section 11), with the errors of the posted drivers (T2).</summary>
/// <remarks>The session is opened at the first allocation, because the TEE may start after the heap (T4). CPU access is EPERM, as for any protected buffer (T5).</remarks>
public sealed class MediaTekPool : IProtectedPool
{
    private const ulong RegionsMax = 1 << 16;

    private readonly Func<OpTeeSystem?> _system;
    private readonly MediaTekOptions _options;
    private readonly OpenOnce<OpTeeSession> _session;
    private readonly SemaphoreSlim _turn = new(1);
    private List<(ulong Address, ulong Size)> _blocks = [];
    private int _lent;
    private int _buffers;

    /// <param name="system">The TEE, when it is there; null: there is none yet.</param>
    /// <param name="options">Which posting, and which area.</param>
    public MediaTekPool(Func<OpTeeSystem?> system, MediaTekOptions? options = null)
    {
        (_system, _options) = (system, options ?? new MediaTekOptions());
        _session = new OpenOnce<OpTeeSession>(OpenAsync);
    }

    /// <inheritdoc/>
    public async ValueTask<ProtectedAllocation> AllocateAsync(ulong size, CallOptions options = default)
    {
        var session = await _session.GetAsync();
        await _turn.WaitAsync(options.CancellationToken);
        try
        {
            var made = _options.IsFirstPosting ? await AllocateFirstAsync(session, size, options) : await AllocateSecondAsync(session, size, options);
            _buffers++;
            return made;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask FreeAsync(ProtectedAllocation allocation)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        await _turn.WaitAsync();
        try
        {
            var command = _options.IsFirstPosting ? MediaTekCommands.Unreference2023 : MediaTekCommands.Free;
            var reply = await Session.InvokeAsync(command, OpTeeArgument.Value(allocation.Parent), OpTeeArgument.OutValue, OpTeeArgument.None, OpTeeArgument.None);
            if (!reply.IsSuccess || reply.Value(1).A != 0) throw new ProtectedHeapException(Errno.EOPNOTSUPP, $"The handle {allocation.Parent} was not freed: {reply.Result}");
            // All blocks return when nothing is used (T3).
            if (--_buffers == 0) _lent = 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask AttachAsync(ProtectedAllocation allocation, DeviceGrant grant) => throw new ProtectedHeapException(Errno.EOPNOTSUPP, "The provider has no command for grants");

    /// <inheritdoc/>
    public ValueTask DetachAsync(ProtectedAllocation allocation, uint device) => throw new ProtectedHeapException(Errno.EOPNOTSUPP, "The provider has no command for grants");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _turn.Dispose();
        return _session.Opened?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private OpTeeSession Session => _session.Opened ?? throw new ProtectedHeapException(Errno.EINVAL, "Nothing was allocated from this pool");

    private async Task<OpTeeSession> OpenAsync()
    {
        var system = _system() ?? throw new ProtectedHeapException(Errno.ENODEV, "There is no TEE");
        try
        {
            return await system.OpenSessionAsync(MediaTekCommands.Uuid, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None);
        }
        catch (OpTeeResultException refused)
        {
            throw new ProtectedHeapException(Errno.EINVAL, "The provider refused a session", refused);
        }
    }

    /// <summary>The 2023 series: any error of an allocation is ENOMEM, and the handle stands where an address is expected (T5).</summary>
    private async Task<ProtectedAllocation> AllocateFirstAsync(OpTeeSession session, ulong size, CallOptions options)
    {
        var reply = await session.InvokeAsync(MediaTekCommands.ZeroedAllocate2023, options, OpTeeArgument.Value(_options.Alignment, MediaTekCommands.StaticCarveOut), OpTeeArgument.Value(size), OpTeeArgument.InOutValue(0), OpTeeArgument.None);
        if (!reply.IsSuccess) throw new ProtectedHeapException(Errno.ENOMEM, $"{size} bytes: {reply.Result}");
        var handle = reply.Value(2).A;
        return new ProtectedAllocation(handle, 0, [new ProtectedSegment(handle, (uint)Math.Min(size, uint.MaxValue))]);
    }

    /// <summary>The 2024 series. Type 2 lends one more block of its area when those before did not do (T3).</summary>
    private async Task<ProtectedAllocation> AllocateSecondAsync(OpTeeSession session, ulong size, CallOptions options)
    {
        if (_options.Area is { } area && _lent == 0) _blocks = await SplitAsync(session, area, options);
        var reply = await ZeroedAllocateAsync(session, size, default, options);
        while (reply.Result == TeeResult.OutOfMemory && _lent < _blocks.Count)
        {
            reply = await ZeroedAllocateAsync(session, size, _blocks[_lent], options);
            // A block that nothing fitted in was not kept.
            if (reply.IsSuccess) _lent++;
            else break;
        }
        if (!reply.IsSuccess) throw Refused($"{size} bytes", reply.Result);
        return new ProtectedAllocation(reply.Value(3).A, 0, await SegmentsAsync(session, reply.Value(3).A, (int)Math.Min(reply.Value(2).A, ProtectedMemoryLimits.SegmentsMax), options));
    }

    /// <summary>As many blocks as the hardware has regions for, of whole 4 MiB but for the last.</summary>
    private static async Task<List<(ulong Address, ulong Size)>> SplitAsync(OpTeeSession session, (ulong Address, ulong Size) area, CallOptions options)
    {
        var reply = await session.InvokeAsync(MediaTekCommands.RegionCount, options, OpTeeArgument.InOutValue(area.Address, area.Size), OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None);
        if (!reply.IsSuccess) throw Refused("The number of regions", reply.Result);
        var size = MediaTekCommands.BlockSize(area.Size, (uint)Math.Min(reply.Value(0).A, RegionsMax));
        if (size == 0) throw new ProtectedHeapException(Errno.EINVAL, "The hardware has no region left for the area");
        var blocks = new List<(ulong, ulong)>();
        for (var done = 0ul; done < area.Size; done += size) blocks.Add((area.Address + done, Math.Min(size, area.Size - done)));
        return blocks;
    }

    private Task<OpTeeReply> ZeroedAllocateAsync(OpTeeSession session, ulong size, (ulong Address, ulong Size) block, CallOptions options) =>
        session.InvokeAsync(MediaTekCommands.ZeroedAllocate, options, OpTeeArgument.Value(size, _options.Alignment),
            OpTeeArgument.Value(_options.Area is null ? MediaTekCommands.StaticCarveOut : MediaTekCommands.ContiguousArea), OpTeeArgument.InOutValue(block.Address, block.Size), OpTeeArgument.OutValue);

    private async Task<IReadOnlyList<ProtectedSegment>> SegmentsAsync(OpTeeSession session, ulong handle, int count, CallOptions options)
    {
        var reply = await session.InvokeAsync(MediaTekCommands.GetSegments, options, OpTeeArgument.Value(handle), OpTeeArgument.InOut(new byte[count * ProtectedSegment.Size]), OpTeeArgument.None, OpTeeArgument.None);
        if (!reply.IsSuccess || reply.Bytes(1).Length < count * ProtectedSegment.Size) throw Refused($"The {count} segments of handle {handle}", reply.Result);
        var segments = new ProtectedSegment[count];
        for (var i = 0; i < count; i++) ProtectedSegment.TryRead(reply.Bytes(1)[(i * ProtectedSegment.Size)..], out segments[i]);
        return segments;
    }

    private static ProtectedHeapException Refused(string what, TeeResult result) => new(result == TeeResult.OutOfMemory ? Errno.ENOMEM : Errno.EOPNOTSUPP, $"{what}: {result}");
}
