using System.Buffers.Binary;
using System.Text;
using MinkActors.Emulator.Tests.Applications;
using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Listeners;

/// <summary>One listener of the normal world, and an application that runs what a test wants of it.</summary>
internal sealed class ServedListener : IAsyncDisposable
{
    public delegate void Serve(Span<byte> memory);

    private readonly TestWorld _world;
    private readonly MemoryCapability _memory;
    private readonly RunnerApp _app;

    private ServedListener(TestWorld world, MemoryCapability memory, RunnerApp app) => (_world, _memory, _app) = (world, memory, app);

    public static async Task<ServedListener> StartAsync(uint id, Serve serve, int size = 20_480)
    {
        var app = new RunnerApp();
        var world = await TestWorld.StartAsync(emulator => emulator.Load("runner", () => app));
        var memory = world.Mink.ShareMemory(size);
        await using var env = await world.OpenAsync();
        using var register = new RegisterListenerCBOProxy(await env.OpenAsync(IRegisterListenerCBO.Uid));
        using var listener = world.Mink.Export(new Callback(_ =>
        {
            serve(memory.Span);
            return new(ResultCode.Ok);
        }));
        await register.RegisterAsync(id, listener, memory);
        return new ServedListener(world, memory, app);
    }

    /// <summary>Runs inside a call to the application; what it throws, the test throws.</summary>
    public async Task RunAsync(Func<TrustedApplication, ValueTask> body)
    {
        _app.Body = body;
        await using var env = await _world.OpenAsync();
        await using var app = await env.LoadAppAsync("runner");
        using var reply = await app.InvokeAsync(0);
        if (_app.Failure is { } failure) throw new InvalidOperationException("The application failed.", failure);
        Assert.Equal(ResultCode.Ok, reply.Code);
    }

    public static void Words(Span<byte> into, params ReadOnlySpan<uint> words)
    {
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(into[(4 * i)..], words[i]);
    }

    public static string Name(ReadOnlySpan<byte> from) => Encoding.ASCII.GetString(from[..from.IndexOf((byte)0)]);

    public async ValueTask DisposeAsync()
    {
        _world.Secure.DropListeners();
        // What is dropped outside a call goes back with the next message.
        await using (await _world.OpenAsync()) _memory.Dispose();
        await _world.DisposeAsync();
    }

    private sealed class RunnerApp : TrustedApplication, IMinkObject
    {
        public Func<TrustedApplication, ValueTask>? Body { get; set; }

        public Exception? Failure { get; private set; }

        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            try
            {
                await Body!(this);
            }
            catch (Exception failure)
            {
                Failure = failure;
            }

            return ResultCode.Ok;
        }

        protected internal override IMinkObject CreateAppObject(ClientIdentity client) => this;
    }
}
