using System.Runtime.CompilerServices;
using System.Text;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A registered client's way to the services of the secure world (IClientEnv, spec/04 section 3).</summary>
/// <remarks>Any thread. What was opened through it lives on when it is disposed.</remarks>
public sealed class ClientEnvironment : IDisposable, IAsyncDisposable
{
    // The message has room for the image and little else (spec/01 section 2.3); what is larger goes through shared memory.
    private const int ImageInMessageMax = DirectMessage.MaxSize - 4096;

    private readonly MinkSystem _system;

    internal ClientEnvironment(MinkSystem system, Capability capability)
    {
        _system = system;
        Capability = capability;
    }

    /// <summary>The reference to the environment, owned by this object.</summary>
    public Capability Capability { get; }

    /// <summary>Opens a service by its class UID.</summary>
    /// <param name="uid">Class UID, such as <see cref="IAppLoader.Uid"/>.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>A new reference, the caller's to dispose.</returns>
    /// <exception cref="MinkException">Nobody serves the uid (10), or the client may not open it (11).</exception>
    public async ValueTask<Capability> OpenAsync(uint uid, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        using var reply = await Capability.InvokeAsync(IClientEnv.Ops.Open, cancellationToken, Argument.In(uid), Argument.OutObject);
        if (!reply.IsOk) throw new ClientEnvException(reply.Code, "open");
        return reply.TakeObject(0, file, line) ?? throw new MinkException(ResultCode.BadObject, $"The service {uid} was opened as the null object.");
    }

    /// <summary>Connects to an application of the secure world by name; it is loaded first where it is not.</summary>
    /// <param name="name">Distinguished name, ASCII.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AppLoaderException">There is no such application (17), or it cannot be loaded.</exception>
    public async ValueTask<Application> LoadAppAsync(string name, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        using var loader = await OpenAsync(IAppLoader.Uid, cancellationToken, file, line);
        var text = Argument.In(Encoding.ASCII.GetBytes(name));
        using var reply = await loader.InvokeAsync(IAppLoader.Ops.LoadEmbedded, cancellationToken, text, Argument.OutObject);
        if (reply.Code != IAppLoader.Errors.AlreadyLoaded) return await Application.OpenAsync(reply, "loadEmbedded", cancellationToken, file, line);
        using var connected = await loader.InvokeAsync(IAppLoader.Ops.Connect, cancellationToken, text, Argument.OutObject);
        return await Application.OpenAsync(connected, "connect", cancellationToken, file, line);
    }

    /// <summary>Loads an application from the bytes of its image.</summary>
    /// <param name="image">The ELF file; copied. Large ones travel in shared memory.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AppLoaderException">The image is refused, or an application of its name is loaded (16).</exception>
    public async ValueTask<Application> LoadAppAsync(ReadOnlyMemory<byte> image, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (image.Length > ImageInMessageMax)
        {
            using var region = _system.ShareMemory(image.Length, file, line);
            image.Span.CopyTo(region.Span);
            return await LoadAppAsync(region, cancellationToken, file, line);
        }
        using var loader = await OpenAsync(IAppLoader.Uid, cancellationToken, file, line);
        using var reply = await loader.InvokeAsync(IAppLoader.Ops.LoadFromBuffer, cancellationToken, Argument.In(image), Argument.OutObject);
        return await Application.OpenAsync(reply, "loadFromBuffer", cancellationToken, file, line);
    }

    /// <summary>Loads an application from shared memory that starts with its image.</summary>
    /// <param name="region">Stays the caller's; the secure world has copied it when this returns.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AppLoaderException">The image is refused, or an application of its name is loaded (16).</exception>
    public async ValueTask<Application> LoadAppAsync(MemoryCapability region, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        using var loader = await OpenAsync(IAppLoader.Uid, cancellationToken, file, line);
        using var reply = await loader.InvokeAsync(IAppLoader.Ops.LoadFromRegion, cancellationToken, Argument.In(region), Argument.OutObject);
        return await Application.OpenAsync(reply, "loadFromRegion", cancellationToken, file, line);
    }

    /// <summary>Gives the environment up.</summary>
    public void Dispose() => Capability.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Capability.DisposeAsync();
}
