using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.ProtectedMemory;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>Mink over a platform with protected memory, in virtual time, with an application that maps what it is given.</summary>
internal sealed class MinkRig
{
    private EmulatedSecureWorld _world = null!;

    private MinkRig(ActorSystem actors)
    {
        Actors = actors;
        // The normal world's own memory lies in a window too, so that objects of it can be protected.
        Service = new ProtectedMemoryService(actors, new ProtectedPlatformOptions { Windows = [new AddressRange(0x7000_0000, 256 << 20), new AddressRange(PhysicalMemory.Base, 1 << 30)] });
    }

    public ActorSystem Actors { get; }
    public ProtectedMemoryService Service { get; }
    public ProtectedPlatform Platform => Service.Platform;
    public MinkSystem Mink { get; private set; } = null!;
    public ClientEnvironment Environment { get; private set; } = null!;
    public MinkProtectedMemory Client { get; private set; } = null!;
    public Application Mapper { get; private set; } = null!;

    /// <summary>Ends with nothing alive in either world, unless the test says that something is meant to be.</summary>
    public static void Run(Func<MinkRig, Task> test, bool isCleanAtEnd = true)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 1 });
        actors.Run(() => new MinkRig(actors).PlayAsync(test, isCleanAtEnd));
    }

    private async Task PlayAsync(Func<MinkRig, Task> test, bool isCleanAtEnd)
    {
        Mink = await MinkSystem.StartAsync(options => options.UseActors(Actors).UseEmulator(emulator =>
        {
            emulator.ProtectedMemory = Service;
            emulator.Load<MapperApp>("mapper");
            emulator.Announce("mapper");
            emulator.Started = world => _world = world;
        }));
        Environment = await Mink.OpenClientEnvAsync(new Credentials(1000));
        Client = await ProtectedMemoryDirectory.OpenAsync(Environment);
        Mapper = await Environment.LoadAppAsync("mapper");
        await test(this);
        Mapper.Dispose();
        await Client.DisposeAsync();
        Environment.Dispose();
        var left = await Mink.StopAsync();
        if (!isCleanAtEnd) return;
        Assert.True(left.IsClean, left.ToString());
        Assert.True(_world.IsClean, _world.ToString());
        Assert.Equal((0, Platform.Options.CarveOuts.Count, 0), (Service.Regions, Service.SlotsUsed, Platform.SharedPages));
    }

    public async Task<ResultCode> MapAsync(Capability memory) => (await Mapper.InvokeAsync(MapperApp.Map, Argument.In(memory))).Code;

    public async Task UnmapAsync()
    {
        using (var reply = await Mapper.InvokeAsync(MapperApp.Unmap)) reply.EnsureOk();
        // What S gives up travels with the next message.
        using (var next = await Mapper.InvokeAsync(MapperApp.Nothing)) next.EnsureOk();
        await QuietAsync();
    }

    /// <summary>Virtual time passes only when nothing else can happen.</summary>
    public Task QuietAsync() => Task.Delay(TimeSpan.FromMilliseconds(1), Actors.Time);

    public async Task<ResultCode> WriteAsync(uint value) => (await Mapper.InvokeAsync(MapperApp.Write, Argument.In(value))).Code;

    public async Task<(ResultCode Code, uint Value)> ReadAsync()
    {
        using var reply = await Mapper.InvokeAsync(MapperApp.Read, Argument.Out<uint>());
        return (reply.Code, reply.IsOk ? reply.Read<uint>() : 0);
    }

    public async Task<AllocateAnswer> AllocateAsync(params DeviceGrant[] grants) => await Client.AllocateAsync(ProtectedUseCase.SecureVideoPlayback, 8192, grants: grants);

    public static async Task<ProtectedMemoryError> ErrorOf(Task task) => (await Assert.ThrowsAsync<ProtectedMemoryException>(() => task)).Error;
}

/// <summary>Maps one memory object and keeps it until told otherwise.</summary>
internal sealed class MapperApp : TrustedApplication
{
    public const ushort Map = 0, Unmap = 1, Read = 2, Write = 3, Nothing = 4;

    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new Mapper(this);

    private sealed class Mapper(MapperApp app) : IMinkObject, IOperationFilter
    {
        private readonly Stack<MappedMemory> _mapped = [];

        public bool Supports(Operation operation) => operation.Method <= Nothing;

        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            try
            {
                switch (call.Operation.Method)
                {
                    case Map:
                        using (var memory = call.TakeInput(0)) _mapped.Push(await app.MapAsync(memory!));
                        break;
                    case Unmap: _mapped.Pop().Dispose(); break;
                    case Read:
                        _mapped.Peek().Bytes[..4].CopyTo(call.Output(0));
                        call.SetOutputSize(0, 4);
                        break;
                    case Write: call.Input(0)[..4].CopyTo(_mapped.Peek().WritableBytes); break;
                }
                return ResultCode.Ok;
            }
            catch (MinkException refused)
            {
                return refused.Code;
            }
        }

        public void Released()
        {
            foreach (var mapped in _mapped) mapped.Dispose();
        }
    }
}
