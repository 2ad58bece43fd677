using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>A processor that makes monitor calls by hand: hostile guests, and checks of single registers.</summary>
internal sealed class RawCaller(ActorSystem actors, ISecureWorld world, ISharedMemory memory)
{
    /// <summary>One call; several may be under way at once, as on several processors.</summary>
    public async Task<OpTeeRegisters> CallAsync(OpTeeRegisters registers)
    {
        var cpu = actors.Spawn(new RegisterCalls(world));
        var answer = await cpu.Ask(new RegisterCall(registers.ToSmc()));
        actors.Stop(cpu);
        return OpTeeRegisters.From(answer);
    }

    public Task<OpTeeRegisters> FastAsync(OpTeeFunctionId id, uint a1 = 0, uint client = 0) => CallAsync(OpTeeRegisters.Fast(id, a1, client));

    /// <summary>A page with a message in it.</summary>
    public SharedRegion Message(OpTeeCommand command, params OpTeeParameter[] parameters) => Message((uint)command, 0, 0, parameters);

    public SharedRegion Message(uint command, uint session, uint function, params OpTeeParameter[] parameters)
    {
        var page = memory.Allocate(4096)!;
        var header = new OpTeeHeader(command, function, session, 0, TeeResult.Generic, TeeOrigin.None, (uint)parameters.Length);
        Assert.True(OpTeeMessage.TryWrite(page.Owner, header, parameters, out _));
        return page;
    }

    public Task<OpTeeRegisters> SendAsync(SharedRegion message, uint client = 0) => CallAsync(OpTeeRegisters.Call(message.PhysicalAddress, 1, client));

    /// <summary>Sends a message and gives a0, result and origin.</summary>
    public async Task<(OpTeeReturn Code, TeeResult Result, TeeOrigin Origin)> AskAsync(SharedRegion message, uint client = 0)
    {
        var back = await SendAsync(message, client);
        var header = Header(message);
        return ((OpTeeReturn)back[0], header.Result, header.Origin);
    }

    public Task<(OpTeeReturn Code, TeeResult Result, TeeOrigin Origin)> AskAsync(OpTeeCommand command, params OpTeeParameter[] parameters) => AskAsync(Message(command, parameters));

    public static OpTeeHeader Header(SharedRegion message)
    {
        Assert.True(OpTeeMessage.TryReadHeader(message.Owner, out var header));
        return header;
    }

    /// <summary>Opens a session and gives its number; RPCs of the open are not served.</summary>
    public async Task<uint> OpenAsync(Guid application, uint client = 0)
    {
        var message = memory.Allocate(4096)!;
        OpTeeRequests.OpenSession(message.Owner, application, Guid.Empty, TeeLogin.Public, 1, []);
        var back = await SendAsync(message, client);
        Assert.Equal((0u, TeeResult.Success), (back[0], Header(message).Result));
        var session = Header(message).Session;
        memory.Free(message);
        return session;
    }

    /// <summary>An open that comes back with an RPC.</summary>
    public async Task<(SharedRegion Message, OpTeeRegisters Back)> BeginOpenAsync(Guid application)
    {
        var message = memory.Allocate(4096)!;
        OpTeeRequests.OpenSession(message.Owner, application, Guid.Empty, TeeLogin.Public, 1, []);
        return (message, await SendAsync(message));
    }

    /// <summary>Data pages with their list, as a parameter; the pages are the caller's.</summary>
    public OpTeeParameter Buffer(int pages, ulong cookie, OpTeeParameterType type, out SharedRegion data, out SharedRegion list, int offset = 0)
    {
        data = memory.Allocate(pages * 4096)!;
        list = memory.Allocate((int)PageList.ListPagesFor((ulong)pages) * 4096)!;
        var start = data.PhysicalAddress;
        Assert.True(PageList.TryWrite(list.Owner, list.PhysicalAddress, [.. Enumerable.Range(0, pages).Select(i => start + (ulong)i * 4096)], out _));
        return OpTeeParameter.Temporary(type, list.PhysicalAddress | (uint)offset, (ulong)(pages * 4096 - offset), cookie, nonContiguous: true);
    }
}
