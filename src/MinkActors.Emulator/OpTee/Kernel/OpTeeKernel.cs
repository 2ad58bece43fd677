using MinkActors.Actors;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>The core of the emulated OP-TEE: registers, fast calls, and the partitions of its clients. Applications run beside it.</summary>
internal sealed class OpTeeKernel : Actor
{
    private const uint Calls = 12;
    private const uint CallsWithVirtualization = 14;
    private const uint Cached = 1;

    private readonly OpTeeEmulatorOptions _options;
    private readonly Action<string> _refused;
    private readonly Dictionary<uint, Partition> _partitions = [];
    private int _standardCalls;

    public OpTeeKernel(IPhysicalPages memory, OpTeeEmulatorOptions options, Action<string> refused)
    {
        (_options, _refused) = (options, refused);
        if (options.StaticArea is { } area) memory = new StaticPages(area, memory);
        Memory = options.ProtectedMemory?.Platform.Guard(memory) ?? memory;
        if (options.ProtectedMemory is { } service) ProtectedMemory = new OpTeeProtectedMemory(service);
        if (!options.HasVirtualization) _partitions[0] = new Partition(this, 0, options);
    }

    public IPhysicalPages Memory { get; }

    /// <summary>The platform's protected memory; null when there is none.</summary>
    public OpTeeProtectedMemory? ProtectedMemory { get; }

    /// <summary>What each client has; exact only while nothing runs.</summary>
    public IReadOnlyCollection<Partition> Partitions => [.. _partitions.Values];

    /// <summary>Ids of machines in the order in which they were destroyed.</summary>
    public List<uint> Destroyed { get; } = [];

    protected override string DefaultName => "optee";

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case SecureEntry entry: Enter(entry); break;
            case ApplicationCall done: done.Thread.Partition.Ended(done); break;
            case RpcRequest request: request.Thread.Ask(request); break;
            case EndLater end: end.Run(); break;
            case RaiseNotification raised:
                if (TryFindPartition(raised.Client, out var client)) client.Notifications.Raise(raised.Value);
                break;
        }
    }

    /// <summary>Any thread.</summary>
    public void CheckNotification(uint value)
    {
        if (!_options.HasNotifications) throw new InvalidOperationException("This OP-TEE is built without asynchronous notifications.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _options.NotificationMax);
    }

    public void Panicked(ApplicationInstance instance, Exception cause) => _refused($"The application {instance.Registration.Uuid} panicked: {cause.Message}");

    private void Enter(SecureEntry entry)
    {
        var registers = OpTeeRegisters.From(entry.Registers);
        var id = new OpTeeFunctionId(registers[0]);
        if (id.IsFast)
        {
            var up = registers;
            FastCall(id, registers, ref up);
            entry.Return(up.ToSmc());
        }
        else if (!TryFindPartition(registers[7], out var partition)) Refuse(entry, OpTeeReturn.NotAvailable);
        else if (id == OpTeeFunctionId.ReturnFromRpc)
        {
            if (!partition.TryResume(entry, registers)) Refuse(entry, OpTeeReturn.Resume);
        }
        else if (id.CarriesMessage && (_options.HasRpcArgument || id == OpTeeFunctionId.CallWithArg)) Call(partition, entry, id, registers);
        else Refuse(entry, OpTeeReturn.BadCommand);
    }

    private void Call(Partition partition, SecureEntry entry, OpTeeFunctionId id, in OpTeeRegisters registers)
    {
        if (partition.FindFreeThread() is not { } thread)
        {
            Refuse(entry, OpTeeReturn.ThreadLimit);
            return;
        }
        var hasRpcArea = id != OpTeeFunctionId.CallWithArg;
        var address = registers.Pair(1);
        if (id == OpTeeFunctionId.CallWithRegisteredArg && !partition.TryLocate(address, registers[3], out address) || !TryCopy(thread, address, hasRpcArea, id, out var header))
        {
            Refuse(entry, OpTeeReturn.BadAddress);
            return;
        }
        thread.Begin(entry, address, header, hasRpcArea);
        if (_options.InterruptEvery > 0 && ++_standardCalls % _options.InterruptEvery == 0) thread.InterruptFirst(() => partition.Dispatch(thread));
        else partition.Dispatch(thread);
    }

    /// <summary>Copies the message once. It must lie in normal memory, start a page unless it is registered or static, and end with that page.</summary>
    private bool TryCopy(OpTeeThread thread, ulong address, bool hasRpcArea, OpTeeFunctionId id, out OpTeeHeader header)
    {
        header = default;
        var offset = (int)(address % PageList.PageSize);
        var isFree = id == OpTeeFunctionId.CallWithRegisteredArg || _options.StaticArea?.Contains(address, OpTeeMessage.HeaderSize) == true;
        if (offset != 0 && (!isFree || offset % 8 != 0)) return false;
        if (!Memory.TryMap(address - (uint)offset, out var page)) return false;
        thread.Message.Clear();
        page[offset..].CopyTo(thread.Message);
        var rpcSize = hasRpcArea ? OpTeeMessage.SizeOf(OpTeeRpcMessages.ParametersMax) : 0;
        return OpTeeMessage.TryReadHeader(thread.Message, out header) && header.Parameters <= OpTeeMessage.ParametersMax
            && OpTeeMessage.SizeOf(header.Parameters) + rpcSize <= page.Length - offset;
    }

    private void FastCall(OpTeeFunctionId id, in OpTeeRegisters asked, ref OpTeeRegisters up)
    {
        if (id == OpTeeFunctionId.VmCreated || id == OpTeeFunctionId.VmDestroyed)
        {
            up[0] = (uint)(_options.HasVirtualization ? Machine(id, asked) : OpTeeReturn.UnknownFunction);
            return;
        }
        if (asked[7] != 0 && !TryFindPartition(asked[7], out _)) up[0] = (uint)OpTeeReturn.NotAvailable;
        else if (id == OpTeeFunctionId.CallsCount) up[0] = _options.HasVirtualization ? CallsWithVirtualization : Calls;
        else if (id == OpTeeFunctionId.CallsUid) PutUuid(ref up, new Guid("384fb3e0-e7f8-11e3-af63-0002a5d5c51b"));
        else if (id == OpTeeFunctionId.GetOsUuid) PutUuid(ref up, new Guid("486178e0-e7f8-11e3-bc5e-0002a5d5c51b"));
        else if (id == OpTeeFunctionId.CallsRevision) (up[0], up[1]) = (2, 0);
        else if (id == OpTeeFunctionId.GetOsRevision) (up[0], up[1], up[2]) = (4, 5, 0);
        else if (id == OpTeeFunctionId.GetThreadCount) (up[0], up[1]) = ((uint)OpTeeReturn.Ok, (uint)_options.Threads);
        else if (id == OpTeeFunctionId.ExchangeCapabilities) Capabilities(asked[1], ref up);
        else if (id == OpTeeFunctionId.EnableSharedMemoryCache) up[0] = (uint)(TryFindPartition(asked[7], out var on) && on.TryEnableCache() ? OpTeeReturn.Ok : OpTeeReturn.Busy);
        else if (id == OpTeeFunctionId.DisableSharedMemoryCache) DisableCache(asked[7], ref up);
        else if (id == OpTeeFunctionId.GetProtectedMemoryConfig) ProtectedMemoryConfig(ref up);
        else if (id == OpTeeFunctionId.GetSharedMemoryConfig) StaticAreaConfig(ref up);
        else if ((id == OpTeeFunctionId.EnableNotifications || id == OpTeeFunctionId.GetNotificationValue) && _options.HasNotifications) Notifications(id, asked[7], ref up);
        else if (id == OpTeeFunctionId.BootSecondary) up[0] = (uint)OpTeeReturn.NotAvailable;
        else up[0] = (uint)OpTeeReturn.UnknownFunction;
    }

    private OpTeeReturn Machine(OpTeeFunctionId id, in OpTeeRegisters asked)
    {
        var client = asked[1];
        if (asked[7] != 0) return OpTeeReturn.NotAvailable;
        if (id == OpTeeFunctionId.VmCreated)
        {
            if (client is 0 or > ushort.MaxValue || _partitions.ContainsKey(client)) return OpTeeReturn.NotAvailable;
            _partitions[client] = new Partition(this, client, _options);
            return OpTeeReturn.Ok;
        }
        if (!_partitions.Remove(client, out var partition)) return OpTeeReturn.Ok;
        partition.Drop();
        Destroyed.Add(client);
        return OpTeeReturn.Ok;
    }

    private void Capabilities(uint bits, ref OpTeeRegisters up)
    {
        if ((bits & ~CapabilityExchange.Uniprocessor) != 0)
        {
            up[0] = (uint)OpTeeReturn.NotAvailable;
            return;
        }
        up[0] = (uint)OpTeeReturn.Ok;
        up[1] = (uint)_options.Capabilities;
        up[2] = _options.HasNotifications ? _options.NotificationMax : 0;
        up[3] = _options.HasRpcArgument ? OpTeeRpcMessages.ParametersMax : 0u;
    }

    private void DisableCache(uint client, ref OpTeeRegisters up)
    {
        var result = OpTeeReturn.NotAvailable;
        var cookie = 0ul;
        if (TryFindPartition(client, out var partition)) result = partition.DisableCache(out cookie);
        up[0] = (uint)result;
        if (result == OpTeeReturn.Ok) up.SetPair(1, cookie);
    }

    private void StaticAreaConfig(ref OpTeeRegisters up)
    {
        if (_options.StaticArea is not { } area) up[0] = (uint)OpTeeReturn.NotAvailable;
        else (up[0], up[1], up[2], up[3]) = ((uint)OpTeeReturn.Ok, area.Start, (uint)area.Size, Cached);
    }

    private void Notifications(OpTeeFunctionId id, uint client, ref OpTeeRegisters up)
    {
        if (!TryFindPartition(client, out var partition)) up[0] = (uint)OpTeeReturn.NotAvailable;
        else if (id == OpTeeFunctionId.EnableNotifications)
        {
            up[0] = (uint)OpTeeReturn.Ok;
            partition.Notifications.SwitchOn();
        }
        else
        {
            var taken = partition.Notifications.Take().ToRegisters();
            (up[0], up[1], up[2]) = (taken[0], taken[1], taken[2]);
        }
    }

    private void ProtectedMemoryConfig(ref OpTeeRegisters up)
    {
        if (ProtectedMemory?.StaticArea is not { } area)
        {
            up[0] = (uint)OpTeeReturn.NotAvailable;
            return;
        }
        (up[0], up[1], up[2], up[3]) = ((uint)OpTeeReturn.Ok, (uint)area.Address, (uint)area.Size, area.AddressBits);
    }

    private static void PutUuid(ref OpTeeRegisters up, in Guid uuid)
    {
        var words = OpTeeRegisters.ReturnUuid(uuid);
        for (var i = 0; i < 4; i++) up[i] = words[i];
    }

    private bool TryFindPartition(uint client, out Partition partition) => _partitions.TryGetValue(client, out partition!);

    /// <summary>The code alone; the other registers stay as they came.</summary>
    private static void Refuse(SecureEntry entry, OpTeeReturn code)
    {
        var up = OpTeeRegisters.From(entry.Registers);
        up[0] = (uint)code;
        entry.Return(up.ToSmc());
    }
}

/// <summary>Something in S notifies a client.</summary>
internal sealed class RaiseNotification(uint client, uint value) : Message
{
    public uint Client => client;
    public uint Value => value;
}

/// <summary>A call that waited for something outside the kernel goes on in the kernel's turn.</summary>
internal sealed class EndLater(Action end) : Message
{
    public void Run() => end();
}
