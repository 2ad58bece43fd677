using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>The trusted application of the scenarios: it keeps, calls, hands on, maps and forgets what it is given, as it is told.</summary>
internal sealed class TestApp(SimulatedWorld world, SecureDomain domain, CallbackProxy primordial) : IMinkObject
{
    public const uint Nothing = 0, Add = 1, Echo = 2, Open = 3, Keep = 4, CallKept = 5, Drop = 6, CallGiven = 7, HandBack = 8, ReadBadge = 9,
        Map = 10, Unmap = 11, TakeFrom = 12, Sleep = 13, FailWith = 14, OpenMany = 15, NestInto = 16, PassOn = 17, CallRaw = 18, Yield = 19, KeepBadge = 20, OpenKept = 21, Touch = 22, HandOver = 23,
        Reflect = 24, Relay = 25, CallBoth = 26, Primordials = 27, MapOther = 28, WriteAll = 29, OpenNamed = 30,
        OpenPeer = 31, GiveTo = 32, CallFully = 33, TakeTwo = 34;

    private readonly Dictionary<uint, Capability> _kept = [];
    private readonly Dictionary<uint, (Capability Mapping, ulong Address, int Size)> _maps = [];
    private Life _life = new();

    /// <summary>The application is unloaded or crashes: its objects answer DEFUNCT, what it held is released. The next call finds a new one.</summary>
    public void Die()
    {
        _life.IsAlive = false;
        _life = new Life();
        DropAll();
    }

    /// <summary>Keeps an object of the secure world for clients to open.</summary>
    public void Offer(uint key, IMinkObject implementation) => Replace(key, domain.Export(implementation));

    public void DropAll()
    {
        foreach (var kept in _kept.Values.ToList()) kept.Dispose();
        foreach (var (mapping, _, _) in _maps.Values.ToList()) mapping.Dispose();
        _kept.Clear();
        _maps.Clear();
    }

    public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        if (world.Faults.Pass(FaultPoint.Application, "TestApp") is not null)
        {
            Die();
            return ResultCode.Defunct;
        }
        switch ((uint)call.Operation.Method)
        {
            case Nothing:
                return ResultCode.Ok;
            case Add:
                call.Write(0, BitConverter.ToUInt32(call.Input(0)) + BitConverter.ToUInt32(call.Input(0)[4..]));
                return ResultCode.Ok;
            case Echo:
                for (var i = 0; i < call.Counts.OutputBuffers; i++) call.Write(i, call.Input(i)[..Math.Min(call.Input(i).Length, call.OutputCapacity(i))]);
                return ResultCode.Ok;
            case Open or OpenMany:
                for (var i = 0; i < call.Counts.OutputObjects; i++) call.SetOutputObject(i, domain.Export(new Badge(call.Read<uint>(0) + (uint)i), _life));
                return ResultCode.Ok;
            case Keep:
                Replace(call.Read<uint>(0), call.TakeInput(0));
                return ResultCode.Ok;
            case KeepBadge:
                Replace(call.Read<uint>(0), domain.Export(new Badge(call.Read<uint>(0)), _life));
                return ResultCode.Ok;
            case OpenKept or HandBack:
                if (!_kept.TryGetValue(call.Read<uint>(0), out var owned)) return ResultCode.Invalid;
                call.SetOutputObject(0, owned.Retain());
                return ResultCode.Ok;
            case HandOver:
                // The id goes back and is given up with one and the same reply.
                if (!_kept.Remove(call.Read<uint>(0), out var last)) return ResultCode.Invalid;
                call.SetOutputObject(0, last);
                return ResultCode.Ok;
            case Drop:
                Replace(call.Read<uint>(0), null);
                return ResultCode.Ok;
            case CallKept:
                return await CallKeptAsync(call);
            case CallGiven:
                return await AddThroughAsync(call.InputObject(0)!, call, BitConverter.ToInt32(call.Input(0)), BitConverter.ToUInt32(call.Input(0)[4..]));
            case ReadBadge:
                return await AddThroughAsync(call.InputObject(0)!, call, 1, 0);
            case TakeFrom:
                return await TakeFromAsync(call);
            case FailWith:
                for (var i = 0; i < call.Counts.OutputObjects; i++) call.SetOutputObject(i, domain.Export(new Badge(0), _life));
                for (var i = 0; i < call.Counts.OutputBuffers; i++) call.Write(i, (byte)0xEE);
                return (ResultCode)call.Read<int>(0);
            case NestInto:
                return (await CodeOf(call.InputObject(0)!.InvokeAsync(ProbeObject.Nest, Argument.In(call.Input(0).ToArray())))).Code;
            case PassOn:
                return await PassOnAsync(call);
            case CallRaw:
                return await CallRawAsync(call);
            case Sleep:
                return await PrimordialAsync(PrimordialOperation.Sleep, Argument.In(call.Read<uint>(0)));
            case Yield:
                return await PrimordialAsync(PrimordialOperation.Yield);
            case Map:
                return await MapAsync(call);
            case Unmap:
                return await UnmapAsync(call.Read<uint>(0));
            case Touch:
                return TouchAll();
            case WriteAll:
                return WriteToEnd(call.Read<uint>(0));
            case Reflect:
                return Mirror.Answer(call);
            case Relay:
                return await RelayAsync(call);
            case CallBoth:
                return await CallBothAsync(call);
            case Primordials:
                return await PrimordialAsync(call.Read<uint>(0), Argument.In(call.Input(1).ToArray()), Argument.In(call.InputObject(0)), Argument.In(call.InputObject(0)));
            case MapOther:
                return await PrimordialAsync(PrimordialOperation.MapRegion, Argument.Out(MappingInfo.Size), Argument.In(call.InputObject(0)), Argument.OutObject);
            case CallFully:
                return await CallFullyAsync(call);
            case TakeTwo:
                using (var two = await CodeOf(call.InputObject(0)!.InvokeAsync(ProbeObject.Give, Argument.OutObject, Argument.OutObject))) return two.Code;
            case OpenPeer:
                var peer = new TestApp(world, domain, primordial);
                world.Peers.Add(peer);
                call.SetOutputObject(0, domain.Export(peer, peer._life));
                return ResultCode.Ok;
            case GiveTo:
                return await GiveToAsync(call);
            case OpenNamed:
                call.SetOutputObject(0, domain.Export(new Badge(call.Read<uint>(0)) { Ended = world.SecureEnds }, _life));
                return ResultCode.Ok;
            default:
                return ResultCode.Invalid;
        }
    }

    private void Replace(uint key, Capability? kept)
    {
        if (_kept.Remove(key, out var old)) old.Dispose();
        if (kept is not null) _kept[key] = kept;
    }

    private async ValueTask<ResultCode> CallKeptAsync(IncomingCall call)
    {
        if (!_kept.TryGetValue(BitConverter.ToUInt32(call.Input(0)), out var kept)) return ResultCode.Invalid;
        using var held = kept.Retain();
        return await AddThroughAsync(held, call, 1, BitConverter.ToUInt32(call.Input(0)[4..]));
    }

    /// <summary>Each call's answer is the next call's input: an answer that got lost or doubled shows in the sum.</summary>
    private static async ValueTask<ResultCode> AddThroughAsync(Capability target, IncomingCall call, int times, uint value)
    {
        for (var i = 0; i < times; i++)
        {
            using var reply = await CodeOf(target.InvokeAsync(ProbeObject.Add, Argument.In(value), Argument.Out<uint>()));
            if (!reply.IsOk) return reply.Code;
            value = reply.Read<uint>();
        }
        call.Write(0, value);
        return ResultCode.Ok;
    }

    private async ValueTask<ResultCode> TakeFromAsync(IncomingCall call)
    {
        var key = call.Read<uint>(0);
        using var reply = await CodeOf(call.InputObject(0)!.InvokeAsync(ProbeObject.Give, Argument.OutObject));
        if (reply.IsOk) Replace(key, reply.TakeObject());
        return reply.Code;
    }

    private async ValueTask<ResultCode> PassOnAsync(IncomingCall call)
    {
        if (!_kept.TryGetValue(call.Read<uint>(0), out var kept)) return ResultCode.Invalid;
        using var held = kept.Retain();
        using var reply = await CodeOf(held.InvokeAsync(call.Read<uint>(1), Argument.In(call.InputObject(0))));
        return reply.Code;
    }

    /// <summary>Input 0: method. Input 1: bytes for the object. The output's size goes on as it is.</summary>
    private static async ValueTask<ResultCode> CallRawAsync(IncomingCall call)
    {
        using var reply = await CodeOf(call.InputObject(0)!.InvokeAsync(call.Read<uint>(0), Argument.In(call.Input(1).ToArray()), Argument.Out(call.OutputCapacity(0))));
        if (reply.IsOk) call.Write(0, reply.Output(0));
        return reply.Code;
    }

    /// <summary>Passes everything but the first object on to that object, and its answer back.</summary>
    private static async ValueTask<ResultCode> RelayAsync(IncomingCall call)
    {
        var counts = call.Counts;
        var arguments = new List<Argument>();
        for (var i = 0; i < counts.InputBuffers; i++) arguments.Add(Argument.In(call.Input(i).ToArray()));
        for (var i = 0; i < counts.OutputBuffers; i++) arguments.Add(Argument.Out(call.OutputCapacity(i)));
        for (var i = 1; i < counts.InputObjects; i++) arguments.Add(Argument.In(call.InputObject(i)));
        for (var i = 0; i < counts.OutputObjects; i++) arguments.Add(Argument.OutObject);
        using var reply = await CodeOf(call.InputObject(0)!.InvokeAsync(ProbeObject.Reflect, arguments.ToArray()));
        for (var i = 0; i < counts.OutputBuffers && reply.IsOk; i++) call.Write(i, reply.Output(i));
        for (var i = 0; i < counts.OutputObjects && reply.IsOk; i++) call.SetOutputObject(i, reply.TakeObject(i));
        return reply.Code;
    }

    /// <summary>Hands on what it keeps to another application, which keeps it too: a call inside the secure world.</summary>
    private async ValueTask<ResultCode> GiveToAsync(IncomingCall call)
    {
        if (!_kept.TryGetValue(call.Read<uint>(0), out var kept)) return ResultCode.Invalid;
        using var held = kept.Retain();
        using var reply = await CodeOf(call.InputObject(0)!.InvokeAsync(Keep, Argument.In(call.Read<uint>(0)), Argument.In(held)));
        return reply.Code;
    }

    /// <summary>Two callbacks of one thread at once: they go out one after the other, and each gets its own answer.</summary>
    private static async ValueTask<ResultCode> CallBothAsync(IncomingCall call)
    {
        var value = call.Read<uint>(0);
        var first = CodeOf(call.InputObject(0)!.InvokeAsync(ProbeObject.Add, Argument.In(value), Argument.Out<uint>()));
        var second = CodeOf(call.InputObject(1)!.InvokeAsync(ProbeObject.Add, Argument.In(value * 2), Argument.Out<uint>()));
        using var one = await first;
        using var two = await second;
        if (!one.IsOk) return one.Code;
        if (!two.IsOk) return two.Code;
        call.Write(0, ((ulong)two.Read<uint>() << 32) | one.Read<uint>());
        return ResultCode.Ok;
    }

    /// <summary>Object 0 is called, object 1 is lent to it; bytes and objects of the answer go on.</summary>
    private static async ValueTask<ResultCode> CallFullyAsync(IncomingCall call)
    {
        using var reply = await CodeOf(call.InputObject(0)!.InvokeAsync(call.Read<uint>(0), Argument.In(call.Input(1).ToArray()), Argument.Out(call.OutputCapacity(0)), Argument.In(call.InputObject(1)), Argument.OutObject));
        if (reply.IsOk) call.Write(0, reply.Output(0));
        if (reply.IsOk) call.SetOutputObject(0, reply.TakeObject());
        return reply.Code;
    }

    private async ValueTask<ResultCode> PrimordialAsync(uint method, params Argument[] arguments)
    {
        using var handle = Primordial();
        using var reply = await CodeOf(handle.InvokeAsync(method, arguments));
        return reply.Code;
    }

    private async ValueTask<ResultCode> MapAsync(IncomingCall call)
    {
        var key = call.Read<uint>(0);
        using var handle = Primordial();
        using var reply = await CodeOf(handle.InvokeAsync(PrimordialOperation.MapRegion, Argument.Out(MappingInfo.Size), Argument.In(call.InputObject(0)), Argument.OutObject));
        if (!reply.IsOk) return reply.Code;
        var mapping = reply.TakeObject()!;
        world.Require(MappingInfo.TryRead(reply.Output(0), out var info, out _), "A mapping came without its address");
        world.Memory.IsMapping = true;
        var isThere = world.Memory.TryResolve(info.Address, info.Length, out var region, out var offset);
        world.Memory.IsMapping = false;
        if (!isThere)
        {
            world.Require(world.Faults.Fired.Count > 0, $"A region was mapped at 0x{info.Address:X} that is not there");
            mapping.Dispose();
            return ResultCode.Memory;
        }
        world.Require((int)info.Length == region!.Size - offset, $"A region of {region.Size} bytes was mapped with {info.Length}");
        region.Peer(offset, 4).Fill((byte)key);
        if (_maps.Remove(key, out var old)) old.Mapping.Dispose();
        _maps[key] = (mapping, info.Address, (int)info.Length);
        return ResultCode.Ok;
    }

    private async ValueTask<ResultCode> UnmapAsync(uint key)
    {
        if (!_maps.Remove(key, out var mapped)) return ResultCode.Invalid;
        if (world.Faults.Pass(FaultPoint.Unmap, "TestApp") is { } delay) await world.DelayAsync(TimeSpan.FromMilliseconds(delay.Value!.Value));
        mapped.Mapping.Dispose();
        return ResultCode.Ok;
    }

    /// <summary>While there is a mapping the memory is there, whatever became of those who gave it.</summary>
    private ResultCode TouchAll()
    {
        foreach (var (_, address, size) in _maps.Values) world.Require(world.Memory.TryResolve(address, (ulong)size, out _, out _), $"Memory mapped at 0x{address:X} is gone");
        return ResultCode.Ok;
    }

    /// <summary>The last byte of a mapping is the memory's last byte.</summary>
    private ResultCode WriteToEnd(uint key)
    {
        if (!_maps.TryGetValue(key, out var mapped)) return ResultCode.Invalid;
        if (!world.Memory.TryResolve(mapped.Address, (ulong)mapped.Size, out var region, out var offset)) return ResultCode.Memory;
        region.Peer(offset + mapped.Size - 1, 1)[0] = (byte)key;
        return ResultCode.Ok;
    }

    private Capability Primordial()
    {
        primordial.Retain();
        return primordial.CreateHandle("TestApp.cs", 0);
    }

    /// <summary>The path's failures as codes: an application passes them on.</summary>
    private static async ValueTask<Reply> CodeOf(ValueTask<Reply> pending)
    {
        try
        {
            return await pending;
        }
        catch (MinkTransportException failure)
        {
            return new Reply(failure.Code);
        }
    }

    /// <summary>A secure object with a number.</summary>
    private sealed class Badge(uint number) : IMinkObject
    {
        /// <summary>Where its end is written down.</summary>
        public List<uint>? Ended { get; init; }

        public void Released() => Ended?.Add(number);

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            if (call.Operation.Method != ProbeObject.Add || call.Counts is not { InputBuffers: 1, OutputBuffers: 1 }) return new(ResultCode.Invalid);
            call.Write(0, call.Read<uint>(0) + number);
            return new(ResultCode.Ok);
        }
    }

    private sealed class Life : ILifeLine
    {
        public bool IsAlive { get; set; } = true;

        public bool TryEnter() => IsAlive;

        public bool Leave() => IsAlive;

        public void Hosts(SecureObjectHost host) { }

        public void Lost(SecureObjectHost host) { }
    }
}
