using System.Text;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Loads trusted applications: from bytes, from shared memory, by name (spec/04 section 5.1).</summary>
internal sealed class AppLoaderObject(SecureServices services, ClientIdentity client) : AppLoaderSkeleton
{
    protected override ValueTask<ResultCode> LoadFromBufferAsync(LoadFromBufferCall call)
    {
        var result = Load(call.Image, out var loaded);
        if (result == ResultCode.Ok) call.SetController(new AppControllerObject(loaded, client));
        return new(result);
    }

    protected override async ValueTask<ResultCode> LoadFromRegionAsync(LoadFromRegionCall call)
    {
        // Ours, and given up before the answer.
        using var region = call.TakeRegion();
        if (region is null) return IAppLoader.Errors.InvalidBuffer;
        byte[] image;
        try
        {
            using var mapped = await MappedMemory.MapAsync(services.Domain, region);
            if (services.Applications.RegionUsed + mapped.Size > services.Options.ApplicationRegionSize) return IAppLoader.Errors.TaAppRegionMallocFailure;
            // The client can change the memory at any time: what is checked must be what is loaded.
            image = mapped.Bytes.ToArray();
        }
        catch (MinkException)
        {
            return IAppLoader.Errors.InvalidBuffer;
        }
        var result = Load(image, out var loaded);
        if (result == ResultCode.Ok) call.SetController(new AppControllerObject(loaded, client));
        return result;
    }

    protected override ValueTask<ResultCode> LoadEmbeddedAsync(LoadEmbeddedCall call)
    {
        var result = services.Applications.LoadEmbedded(Encoding.ASCII.GetString(call.Name), out var loaded);
        if (result == ResultCode.Ok) call.SetController(new AppControllerObject(loaded, client));
        return new(result);
    }

    protected override ValueTask<ResultCode> ConnectAsync(ConnectCall call)
    {
        var result = services.Applications.Connect(Encoding.ASCII.GetString(call.Name), out var loaded);
        if (result == ResultCode.Ok) call.SetController(new AppControllerObject(loaded, client));
        return new(result);
    }

    private ResultCode Load(ReadOnlySpan<byte> image, out LoadedApplication loaded)
    {
        loaded = null!;
        var result = ImageMetadata.Identify(image, out var name, out var uuid);
        return result == ResultCode.Ok ? services.Applications.LoadImage(name, uuid, image.Length, out loaded) : result;
    }
}
