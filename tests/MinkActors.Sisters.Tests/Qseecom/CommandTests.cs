using System.Buffers.Binary;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>The other calls of an application: with memory passed along, and those of GlobalPlatform (spec/08 sections 2 and 8).</summary>
public sealed class CommandTests
{
    [Theory]
    [InlineData(true, "app-send-sglist", "at 8: secret, at 24: more")]
    [InlineData(false, "app-send", "")]
    public void Given_memory_passed_along_with_a_request_When_QSEE_knows_tables_Then_the_application_reads_it_and_else_the_plain_form_goes(bool knowsTables, string call, string seen) => QseeRig.Simulate(async rig =>
    {
        var app = await rig.System.FindAppAsync("reader");
        using var first = rig.System.ShareMemory(6);
        using var second = rig.System.ShareMemory(4);
        "secret"u8.CopyTo(first.Bytes);
        "more"u8.CopyTo(second.Bytes);
        var (request, response) = (new byte[32], new byte[64]);

        await app.SendAsync(QseecomCommand.Send, request, response, [new(8, first), new(24, second)]);

        Assert.Equal((seen, call), (System.Text.Encoding.ASCII.GetString(response).TrimEnd('\0'), rig.Calls.Split(' ')[^1]));
        Assert.False(request.AsSpan().ContainsAnyExcept((byte)0), "The caller's own request was changed");
    }, qsee =>
    {
        if (!knowsTables) qsee.ScatterVersion = default;
        qsee.Load("reader", () => new CodeApp(call =>
        {
            Assert.NotEqual(0ul, BinaryPrimitives.ReadUInt64LittleEndian(call.Request.Span[8..]));
            call.Respond(System.Text.Encoding.ASCII.GetBytes(string.Join(", ", call.References.Select(reference => $"at {reference.Offset}: {System.Text.Encoding.ASCII.GetString(reference.Bytes)}"))));
            return default;
        }));
    });

    [Fact]
    public void Given_references_that_do_not_fit_When_sent_Then_EINVAL_without_a_call() => QseeRig.Simulate(async rig =>
    {
        var app = await rig.System.FindAppAsync(QseeRig.Echo);
        using var memory = rig.System.ShareMemory(8);
        var before = rig.Smcs.Count;
        Task Send(QseecomCommand command, params QseecomReference[] references) => app.SendAsync(command, new byte[32], new byte[32], references);

        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Send(QseecomCommand.Send, new QseecomReference(25, memory))));
        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Send(QseecomCommand.Send, new QseecomReference(-1, memory))));
        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Send(QseecomCommand.Send, new QseecomReference(int.MaxValue, memory))));
        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Send(QseecomCommand.Send, [.. Enumerable.Repeat(new QseecomReference(0, memory), 5)])));
        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Send(QseecomCommand.GpCancel, new QseecomReference(0, memory))));

        Assert.Equal(before, rig.Smcs.Count);
    });

    [Theory]
    [InlineData(QseecomCommand.GpOpenSession, "gp-open-session")]
    [InlineData(QseecomCommand.GpCloseSession, "gp-close-session")]
    [InlineData(QseecomCommand.GpInvoke, "gp-invoke")]
    [InlineData(QseecomCommand.GpCancel, "gp-cancel")]
    public void Given_a_GlobalPlatform_call_When_the_emulated_QSEE_gets_it_Then_EOPNOTSUPP(QseecomCommand command, string name) => QseeRig.Simulate(async rig =>
    {
        var app = await rig.System.FindAppAsync(QseeRig.Echo);

        Assert.Equal(QseecomErrno.EOPNOTSUPP, await QseeRig.ErrnoOf(app.SendAsync(command, new byte[8], new byte[8], [])));
        Assert.Equal(name, rig.Calls.Split(' ')[^1]);
    }, seeds: 1);

    [Fact]
    public void Q06_Given_a_GlobalPlatform_call_that_needs_a_listener_When_made_Then_it_is_helped_like_any_other() => QseeRig.Script(async rig =>
    {
        var listener = new CodeListener();
        await using var registered = await rig.System.RegisterListenerAsync(0x2000, 64, listener);
        var app = await rig.System.FindAppAsync("app");

        await app.SendAsync(QseecomCommand.GpInvoke, new byte[8], new byte[8], []);

        Assert.Equal((1, "listener-response"), (listener.Requests, rig.Calls.Split(' ')[^1]));
    }, new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.GpInvoke) ? ScriptedQsee.Answer(QseecomResult.Incomplete, QseecomResponseType.ListenerId, 0x2000) : null));
}
