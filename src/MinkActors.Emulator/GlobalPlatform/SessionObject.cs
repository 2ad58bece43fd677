using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A session as its client holds it: releasing it is closing it (IGPSession, spec/04 section 8).</summary>
/// <param name="domain">Ours.</param>
/// <param name="session">The application's part.</param>
/// <param name="wait">The client's object to wait on for cancellation; owned, and given up at the close. Null: cancellation is not possible.</param>
internal sealed class SessionObject(SecureDomain domain, TrustedSession session, Capability? wait) : GPSessionSkeleton, IMinkObject
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isClosed;

    protected override async ValueTask<ResultCode> InvokeCommandAsync(InvokeCommandCall call)
    {
        var (incoming, id, code) = (call.Call, call.CommandID, call.CancelCode);
        try
        {
            await _turn.WaitAsync(incoming.Cancellation);
        }
        catch (OperationCanceledException)
        {
            return ResultCode.Defunct;
        }

        try
        {
            if (_isClosed) return IGPSession.Errors.Closed;
            using var parameters = await SessionParameters.ReadAsync(domain, incoming, call.ParamTypes, call.ExParamTypes, 1, 0);
            if (parameters is null) SessionParameters.Write(incoming, null, SessionResult.BadParameters, SessionOrigin.Tee);
            else SessionParameters.Write(incoming, parameters, await session.InvokeAsync(new SessionCommand(id, parameters.All, () => WaitAsync(code))), SessionOrigin.TrustedApplication);
            return ResultCode.Ok;
        }
        finally
        {
            _turn.Release();
        }
    }

    protected override ValueTask<ResultCode> CloseAsync(CloseCall call)
    {
        if (_isClosed) return new(IGPSession.Errors.Closed);
        Close();
        return new(ResultCode.Ok);
    }

    void IMinkObject.Released() => Close();

    // Without a limit: a client whose wait has expired leaves its answer unwritten (spec/04 section 11, C5).
    private async ValueTask<bool> WaitAsync(uint cancelCode)
    {
        if (wait is null) return false;
        try
        {
            return (await new WaitProxy(wait).WaitAsync(IWait.TimeoutInfinite, cancelCode, IWait.EventCancel) & IWait.EventCancel) != 0;
        }
        catch (MinkException)
        {
            return false;
        }
    }

    private void Close()
    {
        if (_isClosed) return;
        _isClosed = true;
        wait?.Dispose();
        session.Closed();
    }
}
