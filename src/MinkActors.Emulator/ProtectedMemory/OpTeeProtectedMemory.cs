using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The service inside OP-TEE: its own messages for lent memory, and regions as parameters (spec 10 sections 8 and 10).</summary>
/// <remarks>Kernel's turns, under the platform's lock: the state is the one service's.</remarks>
internal sealed class OpTeeProtectedMemory(ProtectedMemoryService service)
{
    private readonly Dictionary<uint, ProtectedClient> _clients = [];
    private readonly Dictionary<(uint Client, ulong Cookie), ulong> _aliases = [];

    /// <summary>What the fast call GET_PROTMEM_CONFIG tells: the first carve-out.</summary>
    public (ulong Address, ulong Size, uint AddressBits)? StaticArea => service.Platform.Options.CarveOuts is [var first, ..]
        ? (first.Range.Start, first.Range.Size, service.Platform.Options.AddressBits)
        : null;

    /// <summary>One of the native messages. Outputs go into the private copy before <paramref name="done"/>, which may come later and from any turn.</summary>
    public void Serve(Partition partition, in OpTeeHeader header, Span<byte> message, Action<TeeResult> done)
    {
        switch ((OpTeeCommand)header.Command)
        {
            case OpTeeCommand.GetProtectedMemoryConfig: done(Config(partition, header, message)); break;
            case OpTeeCommand.LendProtectedMemory: done(Lend(partition.Client, header, message)); break;
            default: Reclaim(partition.Client, header, message, done); break;
        }
    }

    /// <summary>A region that a parameter names, for the length of one call; null when it names none of this client's.</summary>
    public ProtectedUse? TryUse(uint client, OpTeeParameter parameter)
    {
        var handle = _aliases.GetValueOrDefault((client, parameter.Cookie), parameter.Cookie);
        return service.Locked(table =>
        {
            var region = parameter.Attribute.IsRegistered
                ? table.UseAsParameter(client, held => held.Handle == handle)
                : table.UseAsParameter(client, held => held.Segments is [var whole] && parameter.ByteSize <= whole.Size && whole.Contains(new AddressRange(parameter.Address, parameter.ByteSize)));
            return region is null ? null : Use(region, parameter);
        });
    }

    /// <summary>The machine is gone (O7).</summary>
    public void Ended(uint client)
    {
        service.Step(table => table.EndMachine(client));
        _clients.Remove(client);
        foreach (var alias in _aliases.Keys.Where(alias => alias.Client == client).ToArray()) _aliases.Remove(alias);
    }

    private ProtectedUse Use(ProtectedRegion region, in OpTeeParameter parameter)
    {
        var pages = region.Segments.SelectMany(segment => Enumerable.Range(0, (int)(segment.Size / PageList.PageSize)).Select(i => segment.Start + ((ulong)i * PageList.PageSize))).ToArray();
        var offset = parameter.Attribute.IsRegistered ? parameter.Offset : parameter.Address - region.Range.Start;
        return new ProtectedUse(pages, offset, new RegionPages(region, service.Platform), () => service.Step(table => table.EndParameter(region)));
    }

    private TeeResult Config(Partition partition, in OpTeeHeader header, Span<byte> message)
    {
        var options = service.Platform.Options;
        if (!OpTeeRequestCheck.TryReadConfig(message, header, out var useCase, out var room, out _) || !RegionTable.IsUseCase((ProtectedUseCase)useCase)) return TeeResult.BadParameters;
        var taken = ApplicationParameters.TryTake(partition, message, 1, 1, out var parameters);
        if (taken != TeeResult.Success) return taken;
        var words = options.MemoryAttributes.SelectMany(BitConverter.GetBytes).ToArray();
        var result = parameters.Memory(0)!.Answer(words);
        parameters.WriteOutputs(message);
        parameters.End();
        OpTeeMessage.WriteParameter(message, 0, OpTeeMessage.ReadParameter(message, 0) with { A = options.MinimumSize, B = options.Alignment, C = options.AddressBits });
        // No attributes fit no room.
        return words.Length == 0 && room.IsNullMemory ? TeeResult.Success : result;
    }

    private TeeResult Lend(uint client, in OpTeeHeader header, ReadOnlySpan<byte> message)
    {
        if (!OpTeeRequestCheck.TryReadLend(message, header, out var useCase, out var range, out _) || range.Cookie == 0 || useCase > uint.MaxValue || _aliases.ContainsKey((client, range.Cookie))) return TeeResult.BadParameters;
        if (!_clients.TryGetValue(client, out var owner)) _clients[client] = owner = new ProtectedClient(client);
        var handle = service.Locked(table => table.Protect(owner, (ProtectedUseCase)useCase, range.Address, range.ByteSize, [], isByObject: false, out var region) == ProtectedMemoryError.Ok ? region.Handle : 0);
        if (handle == 0) return TeeResult.BadParameters;
        _aliases[(client, range.Cookie)] = handle;
        return TeeResult.Success;
    }

    private void Reclaim(uint client, in OpTeeHeader header, ReadOnlySpan<byte> message, Action<TeeResult> done)
    {
        if (!OpTeeRequestCheck.TryReadCookie(message, header, out var cookie, out _) || !_aliases.Remove((client, cookie), out var handle))
        {
            done(TeeResult.BadParameters);
            return;
        }
        var (error, open) = service.Locked(table => (table.Release(_clients[client], handle, ReleaseFlags.Wait, isAllocation: false, out var open), open));
        if (open is null) done(error == ProtectedMemoryError.Ok ? TeeResult.Success : TeeResult.BadParameters);
        else open.WhenGone.Add(gone => done(gone.ToTee()));
    }

    /// <summary>A region's pages, for the code of trusted applications.</summary>
    private sealed class RegionPages(ProtectedRegion region, ProtectedPlatform platform) : IPhysicalPages
    {
        public bool TryMap(ulong page, out Span<byte> bytes)
        {
            bytes = default;
            lock (platform.Gate)
            {
                for (var i = 0; i < region.Segments.Count; i++)
                {
                    if (region.State == ProtectedRegionState.Free || region.Parameters == 0 || !region.Segments[i].Contains(new AddressRange(page, PageList.PageSize))) continue;
                    bytes = region.Backing(i).Owner.Slice((int)(page - region.Segments[i].Start), PageList.PageSize);
                    return true;
                }
                return false;
            }
        }
    }
}

/// <summary>A region in use by one call of a trusted application.</summary>
/// <param name="Pages">Its pages.</param>
/// <param name="Start">Where the parameter begins in it.</param>
/// <param name="Memory">The way to them, until the call ends or the machine is destroyed.</param>
/// <param name="Release">To be called at the end.</param>
internal sealed record ProtectedUse(ulong[] Pages, ulong Start, IPhysicalPages Memory, Action Release);
