using MinkActors.Actors;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>The service and its platform, and short ways to ask for each operation.</summary>
internal sealed class ServiceRig
{
    public const ulong Window = 0x7300_0000;    // free of carve-outs and pools
    public const ulong Size = 1 << 20;

    private readonly ActorSystem _actors;

    private ServiceRig(ActorSystem actors, ProtectedPlatformOptions? options) => (_actors, Service) = (actors, new ProtectedMemoryService(actors, options));

    public ProtectedMemoryService Service { get; }
    public ProtectedPlatform Platform => Service.Platform;
    public ProtectedClient Client { get; } = new();

    public static void Run(Func<ServiceRig, Task> test, ProtectedPlatformOptions? options = null)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 1 });
        actors.Run(async () => await test(new ServiceRig(actors, options)));
    }

    /// <summary>Virtual time passes only when nothing else can happen.</summary>
    public Task QuietAsync() => Task.Delay(TimeSpan.FromMilliseconds(1), _actors.Time);

    public async Task<(ProtectedMemoryError Error, ProtectAnswer Made)> ProtectAsync(ulong address = Window, ulong size = Size, ProtectedUseCase useCase = ProtectedUseCase.SecureVideoPlayback,
        ProtectedClient? client = null, uint flags = 0, params DeviceGrant[] grants)
    {
        var input = new byte[ProtectRequest.HeaderSize + (DeviceGrant.Size * grants.Length)];
        new ProtectRequest(useCase, flags, address, size).Write(input, grants);
        var answer = await Service.InvokeAsync(client ?? Client, ProtectedMemoryOperation.Protect, input, 100);
        ProtectAnswer.TryRead(answer.Output, out var made);
        return (answer.Error, made);
    }

    public async Task<(ProtectedMemoryError Error, AllocateAnswer Made)> AllocateAsync(ulong size, ProtectedUseCase useCase = ProtectedUseCase.SecureVideoPlayback, ulong alignment = 0, uint flags = 0,
        ProtectedClient? client = null, params DeviceGrant[] grants)
    {
        var input = new byte[AllocateRequest.HeaderSize + (DeviceGrant.Size * grants.Length)];
        new AllocateRequest(size, alignment, useCase, flags).Write(input, grants);
        var answer = await Service.InvokeAsync(client ?? Client, ProtectedMemoryOperation.Allocate, input, 100);
        AllocateAnswer.TryRead(answer.Output, out var made);
        return (answer.Error, made);
    }

    public async Task<ProtectedMemoryError> AskAsync(ProtectedMemoryOperation operation, ulong handle, uint first = 0, uint second = 0, ProtectedClient? client = null)
    {
        var input = new byte[HandleRequest.Size];
        new HandleRequest(handle, first, second).Write(input);
        return (await Service.InvokeAsync(client ?? Client, operation, input, 0)).Error;
    }

    public Task<ProtectedMemoryError> ReleaseAsync(ulong handle, ReleaseFlags flags = ReleaseFlags.Wait, bool isAllocation = false, ProtectedClient? client = null) =>
        AskAsync(isAllocation ? ProtectedMemoryOperation.Free : ProtectedMemoryOperation.Unprotect, handle, (uint)flags, 0, client);

    public async Task<ProtectedAnswer> HandleAsync(ProtectedMemoryOperation operation, ulong handle, int room = 1000, ProtectedClient? client = null) =>
        await Service.InvokeAsync(client ?? Client, operation, BitConverter.GetBytes(handle), room);
}
