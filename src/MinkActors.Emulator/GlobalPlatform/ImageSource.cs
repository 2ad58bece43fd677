using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Where applications come from that nobody has loaded: the normal world's object that finds images by UUID (spec/05 section 9).</summary>
internal sealed class ImageSource(SecureServices services)
{
    private readonly Lock _lock = new();
    private Capability? _source;

    public bool IsRegistered
    {
        get { lock (_lock) return _source is not null; }
    }

    /// <summary>Takes a source in place of the one before; null only drops that.</summary>
    public void Replace(Capability? source)
    {
        Capability? before;
        lock (_lock) (before, _source) = (_source, source);
        before?.Dispose();
    }

    /// <summary>Has the image of a UUID found, and loads it with one controller counted.</summary>
    /// <returns>APP_NOT_FOUND (11) when nobody has it, APP_AUTOLOAD_INVALID_BUFFER (15) when what came cannot be loaded for that UUID.</returns>
    public async ValueTask<(ResultCode Code, LoadedApplication? Application)> LoadAsync(Guid uuid)
    {
        Capability? source;
        lock (_lock) source = _source?.Retain();
        if (source is null) return (IGPAppClient.Errors.AppNotFound, null);
        using (source)
        {
            using var memory = await GetAsync(source, uuid);
            return memory is null ? (IGPAppClient.Errors.AppNotFound, null) : await LoadAsync(uuid, memory);
        }
    }

    private async ValueTask<Capability?> GetAsync(Capability source, Guid uuid)
    {
        try
        {
            using var reply = await source.InvokeAsync(IRequestTABuffer.Ops.Get, Argument.In(uuid.ToByteArray()), Argument.OutObject);
            if (reply.Code == ResultCode.Defunct) Forget(source);
            return reply.IsOk ? reply.TakeObject() : null;
        }
        catch (MinkTransportException)
        {
            return null;
        }
    }

    private async ValueTask<(ResultCode, LoadedApplication?)> LoadAsync(Guid uuid, Capability memory)
    {
        byte[] image;
        try
        {
            using var mapped = await MappedMemory.MapAsync(services.Domain, memory);
            if (services.Applications.RegionUsed + mapped.Size > services.Options.ApplicationRegionSize) return (IGPAppClient.Errors.AppAutoloadInvalidBuffer, null);
            image = mapped.Bytes.ToArray();
        }
        catch (MinkException)
        {
            return (IGPAppClient.Errors.AppAutoloadInvalidBuffer, null);
        }

        if (ImageMetadata.Identify(image, out var name, out var imageUuid) != ResultCode.Ok) return (IGPAppClient.Errors.AppAutoloadInvalidBuffer, null);
        var result = services.Applications.LoadImage(name, imageUuid, image.Length, out var loaded);
        if (result == IAppLoader.Errors.AlreadyLoaded && services.Applications.Find(uuid) is not null) return (result, null);
        if (result != ResultCode.Ok) return (IGPAppClient.Errors.AppAutoloadInvalidBuffer, null);
        if (loaded.Uuid == uuid) return (ResultCode.Ok, loaded);
        loaded.ControllerGone();                         // the image of another application: out again
        return (IGPAppClient.Errors.AppAutoloadInvalidBuffer, null);
    }

    private void Forget(Capability dead)
    {
        lock (_lock)
        {
            if (_source is null || !ReferenceEquals(_source.Target, dead.Target)) return;
            _source.Dispose();
            _source = null;
        }
    }
}

/// <summary>Takes the source of images (IRegisterTABufCBO, class UID 268). The registration outlives this object.</summary>
internal sealed class RegisterImageSourceObject(SecureServices services) : RegisterTABufCBOSkeleton
{
    protected override ValueTask<ResultCode> RegisterAsync(RegisterCall call)
    {
        services.ImageSource.Replace(call.Call.TakeInput(0));
        return new(ResultCode.Ok);
    }
}
