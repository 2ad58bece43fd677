using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A loaded trusted application: its controller, and an object of its own (spec/04 section 5).</summary>
/// <remarks>Any thread. Disposing gives both references up; an application that nobody refers to any more is unloaded.</remarks>
public sealed class Application : IDisposable, IAsyncDisposable
{
    private Application(Capability controller, Capability appObject)
    {
        Controller = controller;
        Object = appObject;
    }

    /// <summary>The controller, owned by this handle.</summary>
    public Capability Controller { get; }

    /// <summary>The application's object, owned by this handle: a new one for each handle. View it through a generated proxy, or invoke it as it is.</summary>
    public Capability Object { get; }

    /// <summary>Invokes the application's object; see <see cref="Capability.InvokeAsync(uint, ReadOnlySpan{Argument})"/>.</summary>
    public ValueTask<Reply> InvokeAsync(uint op, params ReadOnlySpan<Argument> arguments) => Object.InvokeAsync(op, arguments);

    /// <inheritdoc cref="InvokeAsync(uint, ReadOnlySpan{Argument})"/>
    public ValueTask<Reply> InvokeAsync(uint op, CancellationToken cancellationToken, params ReadOnlySpan<Argument> arguments) => Object.InvokeAsync(op, cancellationToken, arguments);

    /// <inheritdoc cref="InvokeAsync(uint, ReadOnlySpan{Argument})"/>
    public ValueTask<Reply> InvokeAsync(uint op, in CallOptions options, params ReadOnlySpan<Argument> arguments) => Object.InvokeAsync(op, options, arguments);

    /// <summary>Unloads the application for everybody; its objects answer DEFUNCT from then on. This handle is still to be disposed.</summary>
    /// <exception cref="AppControllerException">A call runs in it (13, try again), or it was unloaded before (12).</exception>
    public async ValueTask UnloadAsync(CancellationToken cancellationToken = default) => await new AppControllerProxy(Controller).UnloadAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Object.Dispose();
        Controller.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes the handle from a loader's answer.</summary>
    internal static async ValueTask<Application> OpenAsync(Reply loaded, string method, CancellationToken cancellationToken, string file, int line)
    {
        if (!loaded.IsOk) throw new AppLoaderException(loaded.Code, method);
        var controller = loaded.TakeObject(0, file, line) ?? throw new MinkException(ResultCode.BadObject, $"{method} answered no controller.");
        try
        {
            using var reply = await controller.InvokeAsync(IAppController.Ops.GetAppObject, cancellationToken, Argument.OutObject);
            if (!reply.IsOk) throw new AppControllerException(reply.Code, "getAppObject");
            return new Application(controller, reply.TakeObject(0, file, line) ?? throw new MinkException(ResultCode.BadObject, "getAppObject answered no object."));
        }
        catch
        {
            controller.Dispose();
            throw;
        }
    }
}
