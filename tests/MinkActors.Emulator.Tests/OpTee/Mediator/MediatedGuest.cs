using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.Tests.OpTee.Mediator;

/// <summary>A guest with memory of its own, its mediator, and short ways to play OP-TEE.</summary>
internal sealed class MediatedGuest : IGuestMemory
{
    public const uint Client = 6;
    public const ulong HostOffset = 0x8_4000_0000;
    public const ulong Message = 0x4000_0000;
    public const ulong List = 0x4000_1000;
    public const ulong RpcPage = 0x4010_0000;
    public const ulong Data = 0x5000_0000;

    private readonly Dictionary<ulong, byte[]> _pages = [];

    public MediatedGuest(uint threads = 64, MediatorLimits? limits = null, ShadowPages? shadows = null)
    {
        Shadows = shadows ?? new ShadowPages(0x8_8000_0000);
        Mediator = new(Client, this, Shadows, threads, limits);
        Add(Message, List, RpcPage);
    }

    public ShadowPages Shadows { get; }
    public GuestMediator Mediator { get; }
    public Dictionary<ulong, int> Pins { get; } = [];
    public int PinCount => Pins.Values.Sum();

    /// <summary>Called with the page after each copy, when the guest could change it.</summary>
    public Action<ulong>? AfterRead { get; set; }

    /// <summary>Called with the page before each look at the page itself: who reads through it reads what is put there now.</summary>
    public Action<ulong>? BeforeMap { get; set; }

    public void Add(params ReadOnlySpan<ulong> pages)
    {
        foreach (var page in pages)
        {
            _pages.TryAdd(page, new byte[4096]);
        }
    }

    public void Take(ulong page) => _pages.Remove(page);

    public byte[] this[ulong page] => _pages[page];

    public bool TryRead(ulong page, Span<byte> copy)
    {
        if (!_pages.TryGetValue(page, out var bytes))
        {
            return false;
        }
        bytes.CopyTo(copy);
        AfterRead?.Invoke(page);
        return true;
    }

    public bool TryMap(ulong page, out Span<byte> bytes)
    {
        if (_pages.ContainsKey(page))
        {
            BeforeMap?.Invoke(page);
        }
        bytes = _pages.TryGetValue(page, out var found) ? found : default(Span<byte>);
        return found is not null;
    }

    public bool TryPin(ulong page, out ulong host)
    {
        host = page + HostOffset;
        if (!_pages.ContainsKey(page))
        {
            return false;
        }
        Pins[page] = Pins.GetValueOrDefault(page) + 1;
        return true;
    }

    public void Unpin(ulong page)
    {
        Assert.True(Pins.GetValueOrDefault(page) > 0, "unpinned a page that is not pinned");
        Pins[page]--;
    }

    /// <summary>Puts a message into the guest's page.</summary>
    public void Write(OpTeeCommand command, params OpTeeParameter[] parameters) => Write(Message, (uint)command, parameters);

    public void Write(ulong page, uint command, params OpTeeParameter[] parameters)
    {
        Array.Clear(_pages[page]);
        Assert.True(OpTeeMessage.TryWrite(_pages[page], new(command, 7, 3, 0, default, default, (uint)parameters.Length), parameters, out _));
    }

    /// <summary>Makes data pages and the list of them, and gives the parameter that names it.</summary>
    public OpTeeParameter Buffer(int pages, ulong cookie, OpTeeParameterType type = OpTeeParameterType.TemporaryInOut,
        ulong list = List, int offset = 0, ulong data = Data)
    {
        var addresses = Enumerable.Range(0, pages).Select(i => data + (ulong)i * 4096).ToArray();
        Add(addresses);
        var image = new byte[(int)PageList.ListPagesFor((ulong)pages) * 4096];
        Assert.True(PageList.TryWrite(image, list, addresses, out _));
        for (var i = 0; i < image.Length / 4096; i++)
        {
            Add(list + (ulong)i * 4096);
            image.AsSpan(i * 4096, 4096).CopyTo(_pages[list + (ulong)i * 4096]);
        }
        return OpTeeParameter.Temporary(type, list | (uint)offset, (ulong)(pages * 4096 - offset), cookie, nonContiguous: true);
    }

    public MediatorStep Call(ulong message = Message) => Mediator.Enter(OpTeeRegisters.Call(message));

    public MediatorStep Resume(uint thread) => Resume(OpTeeRegisters.RpcReturn(default, 0, 0, thread));

    public MediatorStep Resume(in OpTeeRegisters rpcReturn) => Mediator.Enter(OpTeeRegisters.ResumeOf(rpcReturn));

    public MediatorStep Rpc(MediatedCall call, OpTeeRpcFunction function, uint thread, ulong pair = 0) =>
        Mediator.Returned(call, OpTeeRegisters.RpcReturn(function, (uint)(pair >> 32), (uint)pair, thread));

    /// <summary>OP-TEE finishes: a result in the shadow, and a0.</summary>
    public MediatorStep Done(MediatedCall call, in MediatorStep sent, TeeResult result = TeeResult.Success, OpTeeReturn a0 = OpTeeReturn.Ok)
    {
        OpTeeMessage.WriteOutcome(Shadow(sent), result, TeeOrigin.Tee);
        return Mediator.Returned(call, OpTeeRegisters.Return(a0));
    }

    public Span<byte> Shadow(in MediatorStep sent) => Shadows.Bytes(sent.Registers.Pair(1));

    public OpTeeHeader Header(ulong page = Message)
    {
        OpTeeMessage.TryReadHeader(_pages[page], out var header);
        return header;
    }

    /// <summary>Starts a call and gives it an RPC buffer with cookie 0x20; the call is in flight afterwards.</summary>
    public (MediatedCall Call, ulong RpcShadow) CallWithRpcBuffer(ulong cookie = 0x20, ulong page = RpcPage, uint thread = 1)
    {
        var sent = Call();
        var up = Rpc(sent.Call!, OpTeeRpcFunction.Allocate, thread);
        var down = Mediator.Enter(OpTeeRegisters.ResumeAllocate(up.Registers, page, cookie));
        return (sent.Call!, down.Registers.Pair(1));
    }
}
