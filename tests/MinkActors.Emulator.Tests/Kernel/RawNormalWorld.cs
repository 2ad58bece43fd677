using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>A normal world that is not ours: it enters the kernel by hand, one entry at a time, with buffers and registers as it likes.</summary>
internal sealed class RawNormalWorld : IAsyncDisposable
{
    public const int Page = SharedRegion.PageSize;

    private readonly ThreadPoolActorSystem _actors = new();
    private readonly RegisterCalls _cpu;

    /// <param name="root">The object behind id 1.</param>
    /// <param name="logger">The secure world's.</param>
    /// <param name="wrap">How the secure world is entered; as it is when null.</param>
    public RawNormalWorld(IMinkObject root, ILogger? logger = null, Func<ISecureWorld, ISecureWorld>? wrap = null)
    {
        World = EmulatedSecureWorld.StartKernel(new SecureWorldContext(_actors, Memory, logger ?? NullLogger.Instance), new EmulatorOptions(), root);
        _cpu = AddCpu(wrap?.Invoke(World) ?? World);
        Outbound = Memory.Allocate(Page)!;
    }

    public PhysicalMemory Memory { get; } = new();

    public EmulatedSecureWorld World { get; }

    public SharedRegion Outbound { get; }

    /// <summary>A request to the root object in a buffer of its own, with these objects.</summary>
    public SharedRegion Request(uint operation, params ObjectId[] objects)
    {
        Assert.True(ArgumentCounts.TryCreate(0, 0, objects.Length, 0, out var counts, out _));
        var page = Memory.Allocate(Page)!;
        var table = default(ArgumentTable);
        RequestFrame.Begin(ref table, counts);
        for (var i = 0; i < objects.Length; i++) RequestFrame.SetInputObject(ref table, i, objects[i]);
        RequestFrame.WriteDirect(page.Owner, ObjectId.Root, new Operation(operation), ref table);
        return page;
    }

    /// <summary>Another one that enters: entries of two may be under way at once.</summary>
    public RegisterCalls AddCpu() => AddCpu(World);

    private RegisterCalls AddCpu(ISecureWorld entered) => _actors.Spawn(new RegisterCalls(entered));

    public ValueTask<SmcRegisters> EnterAsync(SmcRegisters registers) => _cpu.Ask(new RegisterCall(registers));

    public ValueTask<SmcRegisters> InvokeAsync(SharedRegion inbound) => EnterAsync(Invoke(inbound));

    /// <summary>Answers the callback that is out with 0.</summary>
    public ValueTask<SmcRegisters> AnswerAsync()
    {
        Outbound.Owner[..sizeof(uint)].Clear();
        return EnterAsync(Respond(Page));
    }

    public SmcRegisters Invoke(SharedRegion inbound)
    {
        var registers = default(SmcRegisters);
        SmcCall.Invoke(ref registers, inbound.PhysicalAddress, Page, Outbound.PhysicalAddress, Page);
        return registers;
    }

    public SmcRegisters Respond(int size)
    {
        var registers = default(SmcRegisters);
        SmcCall.CallbackResponse(ref registers, Outbound.PhysicalAddress, (ulong)size);
        return registers;
    }

    /// <summary>The object that the callback request in the outbound buffer is for.</summary>
    public ObjectId Called() => ReadCallback().Target;

    /// <summary>The method that it is for.</summary>
    public uint CalledMethod() => ReadCallback().Operation.Method;

    private (ObjectId Target, Operation Operation) ReadCallback()
    {
        var table = default(ArgumentTable);
        Assert.True(CallbackMessage.TryReadRequest(Outbound.Owner, out var target, out var operation, ref table, out _));
        return (target, operation);
    }

    public ValueTask DisposeAsync() => _actors.DisposeAsync();
}
