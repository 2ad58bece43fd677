using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Takes listeners (class UID 87, spec/05 section 2). The registration outlives this object and its environment.</summary>
internal sealed class RegisterListenerObject(SecureServices services) : RegisterListenerCBOSkeleton
{
    protected override async ValueTask<ResultCode> RegisterAsync(RegisterCall call)
    {
        var id = call.ListenerId;
        var callback = call.Call.TakeInput(0);
        var memory = call.Call.TakeInput(1);
        MappedMemory? mapped = null;
        try
        {
            if (callback is null) return ResultCode.Invalid;
            if (services.Listeners.Find(id) is { } registered && await registered.AnswersAsync()) return IRegisterListenerCBO.Errors.IdInUse;
            if (memory is not null) mapped = await MappedMemory.MapAsync(services.Domain, memory);
            var listener = new Listener(callback, memory, mapped);
            if (!services.Listeners.TryAdd(id, listener)) return IRegisterListenerCBO.Errors.IdInUse;
            (callback, memory, mapped) = (null, null, null);
            return ResultCode.Ok;
        }
        finally
        {
            mapped?.Dispose();
            memory?.Dispose();
            callback?.Dispose();
        }
    }
}
