using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The services of the driver, for a call that OP-TEE has suspended (spec 09 section 7).</summary>
internal sealed partial class StandardCall
{
    private const int RpcMessageSize = OpTeeMessage.HeaderSize + (OpTeeRpcMessages.ParametersMax * OpTeeParameter.Size);
    private static readonly TimeSpan SleepMax = TimeSpan.FromHours(1);

    private readonly byte[] _rpc = new byte[RpcMessageSize];
    private OpTeeRegisters _asked;
    private SharedRegion? _rpcList;         // page list of the last SHM_ALLOC: lives until the next one, or the end of the call
    private NotificationWait? _notification;
    private SupplicantTask? _supplicant;
    private ActorTimer? _sleep;
    private uint _rpcNumber;

    private int RpcAreaSize => _domain.HasRpcArgument ? RpcMessageSize : 0;

    public override void Help(in SmcRegisters registers)
    {
        _asked = OpTeeRegisters.From(registers);
        _registers = OpTeeRegisters.ResumeOf(_asked);
        _rpcNumber++;
        OpTeeReturnWord.IsRpc(_asked[0], out var function);
        Call.HelperBegins(this, (int)function);
        switch (function)
        {
            case OpTeeRpcFunction.Allocate:
                AllocateMessage();
                Answered(ResultCode.Ok);
                break;
            case OpTeeRpcFunction.Free:
                _domain.Rpc.Remove(_asked.Pair(1));
                Answered(ResultCode.Ok);
                break;
            case OpTeeRpcFunction.ForeignInterrupt:
                // One turn of everybody else is what an interrupt costs here.
                Tell(new ServeOver(_rpcNumber));
                break;
            case OpTeeRpcFunction.Command:
                Command();
                break;
            default:
                _domain.Refused($"RPC function 0x{(ushort)function:X4} is unknown; the thread is resumed unchanged");
                Answered(ResultCode.Ok);
                break;
        }
    }

    /// <summary>The caller is gone: a wait of OP-TEE in this side ends, and the call goes on to its end.</summary>
    public override void Interrupted()
    {
        if (_notification is { } wait) _domain.Notifications.Tell(new EndWait(wait));
        _supplicant?.Request.Cancel();
        // OP-TEE wants its sleep, unless there is no OP-TEE any more.
        if (_domain.IsPeerGone && _sleep is { } sleep && sleep.Cancel()) Tell(new ServeOver(_rpcNumber) { IsCommand = true });
    }

    private void AllocateMessage()
    {
        var cookie = _domain.NextCookie();
        var region = _domain.Rpc.TryAdd(cookie, _asked[1]);
        _registers = OpTeeRegisters.ResumeAllocate(_asked, region?.PhysicalAddress ?? 0, region is null ? 0 : cookie);
    }

    private void Command()
    {
        if (!TryFindMessage(out var area))
        {
            // OP-TEE set the result to GENERIC beforehand: unserved is failed.
            _domain.Refused($"An RPC command names the unknown buffer {_asked.Pair(1)}");
            Answered(ResultCode.Ok);
            return;
        }
        area.CopyTo(_rpc);
        if (!OpTeeMessage.TryRead(_rpc, out var header, out _)) Finish(TeeResult.BadParameters, TeeOrigin.Comms);
        else Serve(header);
    }

    private void Serve(in OpTeeHeader header)
    {
        switch ((OpTeeRpcCommand)header.Command)
        {
            case OpTeeRpcCommand.GetTime: GetTime(header); break;
            case OpTeeRpcCommand.Notification: Notify(header); break;
            case OpTeeRpcCommand.Suspend: Sleep(header); break;
            case OpTeeRpcCommand.SharedMemoryAllocate: AllocateShared(header); break;
            case OpTeeRpcCommand.SharedMemoryFree: FreeShared(header); break;
            case OpTeeRpcCommand.BenchmarkRegister or OpTeeRpcCommand.I2CTransfer or OpTeeRpcCommand.RpmbProbeReset
                or OpTeeRpcCommand.RpmbProbeNext or OpTeeRpcCommand.RpmbFrames:
                Finish(TeeResult.NotSupported);
                break;
            default: AskSupplicant(header); break;
        }
    }

    private void GetTime(in OpTeeHeader header)
    {
        var ticks = _domain.Actors.Time.GetUtcNow().Ticks - DateTimeOffset.UnixEpoch.Ticks;
        OpTeeRpcMessages.AnswerTime(_rpc, header, (ulong)(ticks / TimeSpan.TicksPerSecond), (ulong)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
        Deliver();
    }

    private void Notify(in OpTeeHeader header)
    {
        if (!OpTeeRpcMessages.TryReadValue(_rpc, header, out var value) || value.A > 1 || value.B > _domain.NotificationMax || value.C > SleepMax.TotalMilliseconds) Finish(TeeResult.BadParameters);
        else if (value.A == 1)
        {
            _domain.Notifications.Tell(new SendNotification((uint)value.B));
            Finish(TeeResult.Success);
        }
        else
        {
            _notification = new NotificationWait(this, _rpcNumber, (uint)value.B, TimeSpan.FromMilliseconds(value.C));
            _domain.Notifications.Tell(_notification);
            if (Caller.IsGone) Interrupted();
        }
    }

    private void Sleep(in OpTeeHeader header)
    {
        if (!OpTeeRpcMessages.TryReadValue(_rpc, header, out var value) || value.A > SleepMax.TotalMilliseconds) Finish(TeeResult.BadParameters);
        else
        {
            _sleep = _domain.Actors.StartTimer(this, TimeSpan.FromMilliseconds(value.A), new ServeOver(_rpcNumber) { IsCommand = true });
            if (Caller.IsGone) Interrupted();
        }
    }

    private void AllocateShared(in OpTeeHeader header)
    {
        GiveBackRpcList();
        if (!OpTeeRpcMessages.TryReadAllocate(_rpc, header, out var kind, out var size, out _, out _)) Finish(TeeResult.BadParameters, TeeOrigin.Comms);
        else if (kind == OpTeeSharedMemoryKind.Application && !_domain.HasSupplicant) Finish(TeeResult.Communication, TeeOrigin.Comms);
        else
        {
            var cookie = _domain.NextCookie();
            if (_domain.Rpc.TryAdd(cookie, size) is { } region && TryDescribe(region, out var address))
            {
                OpTeeRpcMessages.AnswerAllocate(_rpc, address, (ulong)region.Size, cookie, byPageList: _rpcList is not null);
                Deliver();
                return;
            }
            _domain.Rpc.Remove(cookie);
            Finish(TeeResult.OutOfMemory, TeeOrigin.Comms);
        }
    }

    /// <summary>Where OP-TEE finds the memory: by a page list, or in the static area as it lies.</summary>
    private bool TryDescribe(SharedRegion region, out ulong address)
    {
        address = region.PhysicalAddress;
        if (_domain.StaticArea is not null) return true;
        _rpcList = PageListBuffer.TryMake(_domain.Buffers, region);
        address = _rpcList?.PhysicalAddress ?? 0;
        return _rpcList is not null;
    }

    private void FreeShared(in OpTeeHeader header) => Finish(
        OpTeeRpcMessages.TryReadValue(_rpc, header, out var value) && value.A <= (ulong)OpTeeSharedMemoryKind.Kernel && _domain.Rpc.Remove(value.B)
            ? TeeResult.Success
            : TeeResult.BadParameters);

    private void RpcAnswered(Message message)
    {
        switch (message)
        {
            case ServeOver over when over.Number == _rpcNumber:
                _sleep = null;
                if (over.IsCommand) Finish(TeeResult.Success);
                else Answered(ResultCode.Ok);
                break;
            case NotificationWait wait when wait.Number == _rpcNumber:
                _notification = null;
                Finish(wait.Result);
                break;
            case SupplicantTask done when done.Number == _rpcNumber:
                _supplicant = null;
                TakeAnswers(done.Request);
                Finish(done.Result);
                break;
        }
    }

    private void Finish(TeeResult result, TeeOrigin origin = TeeOrigin.None)
    {
        OpTeeRpcMessages.Answer(_rpc, result, origin);
        Deliver();
    }

    /// <summary>Writes the answer where the request was, if that is still OP-TEE's.</summary>
    private void Deliver()
    {
        if (TryFindMessage(out var area)) _rpc.CopyTo(area);
        Answered(ResultCode.Ok);
    }

    private void Answered(ResultCode result)
    {
        Call.HelperAnswered(result);
        Call.Respond();
    }

    private bool TryFindMessage(out Span<byte> area)
    {
        area = default;
        if (_domain.HasRpcArgument)
        {
            area = _buffers.Message.Owner.Slice((int)OpTeeMessage.SizeOf((uint)(_leading.Length + _arguments.Length)), RpcMessageSize);
            return true;
        }
        if (_domain.Rpc.Find(_asked.Pair(1)) is not { } region) return false;
        region.MarkDirty(RpcMessageSize);
        area = region.Owner[..RpcMessageSize];
        return true;
    }

    private void GiveBackRpcList()
    {
        if (_rpcList is { } list) _domain.Buffers.Return(list);
        _rpcList = null;
    }

    private void QuarantineRpcList()
    {
        if (_rpcList is { } list) _domain.Buffers.Quarantine(list);
        _rpcList = null;
    }

    /// <summary>An interrupt was taken, or a sleep is over.</summary>
    private sealed class ServeOver(uint number) : Message
    {
        public uint Number => number;
        public bool IsCommand { get; init; }
    }
}
