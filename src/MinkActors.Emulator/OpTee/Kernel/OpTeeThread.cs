using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>A thread of OP-TEE: one standard call, running in S or suspended while the normal world serves an RPC.</summary>
/// <remarks>
/// <code>
/// Free → Running ⇄ Suspended (RPC return … RETURN_FROM_RPC with this thread's id)
///           └→ Free: outputs written back, the entry returned
/// </code>
/// Everything happens in the kernel's turns. The message is copied once at the start; what the normal world does to its page
/// meanwhile changes nothing (spec/11 I-08).
/// </remarks>
internal sealed class OpTeeThread(OpTeeKernel kernel, Partition partition, uint id)
{
    private const uint RpcMessageSize = OpTeeMessage.HeaderSize + (OpTeeRpcMessages.ParametersMax * OpTeeParameter.Size);

    private readonly Queue<RpcRequest> _waiting = new();
    private readonly byte[] _message = new byte[OpTeeMessage.SizeMax];
    private SecureEntry? _entry;        // held while S runs; null while the thread is suspended
    private RpcRequest? _asked;
    private Stage _stage;
    private ulong _messageAddress;
    private ulong _rpcPage;             // where RPC messages are written; 0: nowhere yet
    private int _rpcOffset;
    private ulong _rpcCookie;
    private bool _ownsRpcPage;          // the page came by ALLOC, and goes back by FREE
    private bool _isFinished;
    private Action? _then;

    public uint Id => id;
    public Partition Partition => partition;

    /// <summary>Which use of the thread this is. Read from any thread.</summary>
    public uint Life { get; private set; }

    public bool IsFree { get; private set; } = true;

    public bool IsSuspended => !IsFree && _entry is null;

    /// <summary>The cookie of an RPC buffer kept from call to call; null when there is none.</summary>
    public ulong? CachedCookie => IsFree && _ownsRpcPage ? _rpcCookie : null;

    /// <summary>The private copy of the message.</summary>
    public Span<byte> Message => _message;

    public OpTeeHeader Header { get; private set; }

    /// <summary>Takes a call in. The message at the address was copied by the caller into <see cref="Message"/>.</summary>
    public void Begin(SecureEntry entry, ulong messageAddress, in OpTeeHeader header, bool hasRpcArea)
    {
        (IsFree, _isFinished) = (false, false);
        (_entry, _messageAddress, Header) = (entry, messageAddress, header);
        if (!hasRpcArea) return;
        _rpcPage = messageAddress & ~(ulong)(PageList.PageSize - 1);
        _rpcOffset = (int)(messageAddress - _rpcPage) + (int)OpTeeMessage.SizeOf(header.Parameters);
    }

    /// <summary>An interrupt of the normal world comes before the call has begun: it is taken first.</summary>
    public void InterruptFirst(Action then)
    {
        _then = then;
        Suspend(Stage.Asking, OpTeeRpcFunction.ForeignInterrupt, 0);
    }

    /// <summary>For code outside the kernel's turns.</summary>
    public ValueTask<OpTeeRpcAnswer> AskAsync(uint life, RpcRequest request)
    {
        (request.Thread, request.Life) = (this, life);
        return kernel.Ask(request);
    }

    /// <summary>Code of this thread asks for help: now, or after what it asked before.</summary>
    public void Ask(RpcRequest request)
    {
        if (IsFree || request.Life != Life || _isFinished)
        {
            request.EndOfCall();
            return;
        }
        _waiting.Enqueue(request);
        GoOn();
    }

    /// <summary>The normal world comes back with the answer. False: no such thread is suspended (ERESUME).</summary>
    public bool TryResume(SecureEntry entry, in OpTeeRegisters registers)
    {
        if (!IsSuspended) return false;
        _entry = entry;
        var (stage, asked) = (_stage, _asked);
        _stage = Stage.None;
        switch (stage)
        {
            case Stage.Allocating: TakePage(registers); break;
            case Stage.Commanding:
                _asked = null;
                asked!.Reply(ReadAnswer(asked));
                break;
            case Stage.Freeing: ForgetPage(); break;
            default:
                _asked = null;
                asked?.Reply(new OpTeeRpcAnswer(TeeResult.Success, []));
                var then = _then;
                _then = null;
                then?.Invoke();
                break;
        }
        GoOn();
        return true;
    }

    /// <summary>The call has its outcome in the private copy: back to the normal world, after what is still asked of it.</summary>
    public void Finish(TeeResult result, TeeOrigin origin)
    {
        OpTeeMessage.WriteOutcome(_message, result, origin);
        _isFinished = true;
        GoOn();
    }

    /// <summary>Ends a call whose message stays untouched.</summary>
    public void Refuse(OpTeeReturn code)
    {
        _isFinished = true;
        Return(OpTeeRegisters.Return(code));
    }

    /// <summary>The client is destroyed: what waits is failed, and an entry that S holds goes back.</summary>
    public void Drop()
    {
        if (IsFree) return;
        _asked?.EndOfCall();
        while (_waiting.TryDequeue(out var waiting)) waiting.EndOfCall();
        _asked = null;
        ForgetPage();
        if (_entry is not null) Return(OpTeeRegisters.Return(OpTeeReturn.NotAvailable));
        else Free();
    }

    /// <summary>A cached RPC buffer is given back.</summary>
    public void ForgetPage() => (_rpcPage, _rpcOffset, _rpcCookie, _ownsRpcPage) = (0, 0, 0, false);

    private void GoOn()
    {
        while (_entry is not null && _asked is null && _waiting.TryDequeue(out _asked)) Start(_asked);
        if (_entry is null || _asked is not null || !_isFinished) return;
        if (_ownsRpcPage && !partition.CachesRpcBuffers)
        {
            Suspend(Stage.Freeing, OpTeeRpcFunction.Free, _rpcCookie);
            return;
        }
        WriteBack();
        Return(OpTeeRegisters.Return(OpTeeReturn.Ok));
    }

    private void Start(RpcRequest request)
    {
        if (request.Function != OpTeeRpcFunction.Command) Suspend(Stage.Asking, request.Function, 0);
        else if (_rpcPage == 0) SuspendFor(Stage.Allocating, OpTeeRpcFunction.Allocate, RpcMessageSize, 0);
        else Command(request);
    }

    private void TakePage(in OpTeeRegisters registers)
    {
        var (address, cookie) = (registers.Pair(1), registers.Pair(4));
        var offset = (int)(address % PageList.PageSize);
        var page = address - (uint)offset;
        // Only static memory may begin inside a page (spec 09 section 7).
        var fits = offset == 0 || (partition.IsStatic(address, RpcMessageSize) && offset % 8 == 0 && offset + RpcMessageSize <= PageList.PageSize);
        if (address == 0 || !fits || !partition.Memory.TryMap(page, out _))
        {
            FailAsked(TeeResult.OutOfMemory);
            return;
        }
        (_rpcPage, _rpcOffset, _rpcCookie, _ownsRpcPage) = (page, offset, cookie, true);
        Command(_asked!);
    }

    private void Command(RpcRequest request)
    {
        if (!partition.Memory.TryMap(_rpcPage, out var page)
            || OpTeeRpcMessages.Request(page[_rpcOffset..], request.Command, request.Parameters) == 0) FailAsked(TeeResult.OutOfMemory);
        else Suspend(Stage.Commanding, OpTeeRpcFunction.Command, _ownsRpcPage ? _rpcCookie : 0);
    }

    /// <summary>Reads the answer once; more parameters than were asked with are not looked at, but for the one of an allocation.</summary>
    private OpTeeRpcAnswer ReadAnswer(RpcRequest request)
    {
        if (!partition.Memory.TryMap(_rpcPage, out var page)) return new OpTeeRpcAnswer(TeeResult.Generic, []);
        Span<byte> copy = stackalloc byte[(int)RpcMessageSize];
        var area = page[_rpcOffset..];
        area[..Math.Min(area.Length, copy.Length)].CopyTo(copy);
        if (!OpTeeMessage.TryRead(copy, out var header, out _)) return new OpTeeRpcAnswer(TeeResult.Generic, []);
        var parameters = new OpTeeParameter[Math.Min((int)header.Parameters, request.Parameters.Length)];
        for (var i = 0; i < parameters.Length; i++) parameters[i] = OpTeeMessage.ReadParameter(copy, i);
        return new OpTeeRpcAnswer(header.Result, parameters);
    }

    private void FailAsked(TeeResult result)
    {
        var asked = _asked!;
        _asked = null;
        asked.Fail(result);
    }

    private void Suspend(Stage stage, OpTeeRpcFunction function, ulong pair) => SuspendFor(stage, function, (uint)(pair >> 32), (uint)pair);

    private void SuspendFor(Stage stage, OpTeeRpcFunction function, uint a1, uint a2)
    {
        _stage = stage;
        var entry = _entry!;
        _entry = null;
        var registers = OpTeeRegisters.From(entry.Registers);
        var up = OpTeeRegisters.RpcReturn(function, a1, a2, id);
        for (var i = 4; i < OpTeeRegisters.Count; i++) up[i] = registers[i];
        entry.Return(up.ToSmc());
    }

    /// <summary>Writes result, session and outputs into the normal world's page, if it is still there.</summary>
    private void WriteBack()
    {
        var (page, offset) = (_messageAddress & ~(ulong)(PageList.PageSize - 1), (int)(_messageAddress % PageList.PageSize));
        if (!partition.Memory.TryMap(page, out var bytes)) return;
        var to = bytes[offset..];
        OpTeeWriteBack.Header(_message, to);
        for (var i = 0; i < Header.Parameters; i++)
        {
            var own = OpTeeMessage.ReadParameter(_message, i);
            OpTeeWriteBack.Parameter(_message.AsSpan(OpTeeMessage.ParameterOffset(i), OpTeeParameter.Size), to.Slice(OpTeeMessage.ParameterOffset(i), OpTeeParameter.Size), own.Attribute);
        }
    }

    private void Return(in OpTeeRegisters result)
    {
        var entry = _entry!;
        var up = OpTeeRegisters.From(entry.Registers);
        up[0] = result[0];
        Free();
        entry.Return(up.ToSmc());
    }

    private void Free()
    {
        Life++;
        _entry = null;
        _stage = Stage.None;
        _then = null;
        if (!_ownsRpcPage) ForgetPage();
        IsFree = true;
    }

    private enum Stage : byte
    {
        None, Allocating, Commanding, Freeing, Asking,
    }
}
