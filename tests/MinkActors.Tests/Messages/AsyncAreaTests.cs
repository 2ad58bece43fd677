using MinkActors.Protocol;

namespace MinkActors.Tests.Messages;

/// <summary>spec/01 section 6, spec/02 sections 5 and 7.2: what S says it gave up.</summary>
public sealed class AsyncAreaTests
{
    /// <summary>Three objects of which S holds the ids 0x80000001 to 3, then a final reply with these words in the outbound buffer.</summary>
    private static async Task WithArea(Rig rig, ResultCode result, uint[] words, int alive, uint[] left)
    {
        var handles = Enumerable.Range(0, 3).Select(_ => rig.Mink.Export(new Callback())).ToArray();
        (await rig.Mink.Root.InvokeAsync(5, [.. handles.Select(handle => Argument.In(handle))])).Dispose();
        foreach (var handle in handles) handle.Dispose();
        SharedRegion? area = null;
        rig.World.Next(call =>
        {
            area = call.Outbound;
            for (var i = 0; i < words.Length; i++) call.PokeOutbound(i * 4, words[i]);
            call.Return(SmcCall.Completed(result));
        });
        (await rig.Mink.Root.InvokeAsync(6)).Dispose();
        Assert.Equal(alive, rig.Mink.Domain.Table.Count);
        Assert.True(area!.PeerRead.IndexOfAnyExcept((byte)0) < 0);
        rig.World.Next(call => call.Release(left).Complete());
        (await rig.Mink.Root.InvokeAsync(6)).Dispose();
    }

    [Theory, InlineData(ResultCode.Ok), InlineData((ResultCode)7), InlineData(ResultCode.BadObject)]
    public void Section_6_Given_a_final_reply_of_any_result_When_it_lists_ids_Then_they_are_released_and_others_skipped(ResultCode result) => Rig.Simulate(rig =>
        WithArea(rig, result, [0x00010002, 0xFFFF, 6, 0x80000001, 0, 9, 0x80000000, 0x80000099, 0x80000003], 1, [0x80000002]));

    [Fact]
    public void D01_Given_a_count_of_5000_When_read_Then_the_message_is_refused_whole() => Rig.Simulate(async rig =>
    {
        await WithArea(rig, ResultCode.Ok, [0x00010002, 0xFFFF, 5000, 0x80000001, 0x80000002, 0x80000003], 3, [0x80000001, 0x80000002, 0x80000003]);
        Assert.Contains(rig.Refusals, refusal => refusal.Contains("5000", StringComparison.Ordinal));
    });

    [Fact]
    public void D03_Given_an_unknown_op_between_two_messages_When_read_Then_the_first_is_applied_and_the_rest_stays_on_the_books() => Rig.Simulate(async rig =>
    {
        await WithArea(rig, ResultCode.Ok, [0x00010002, 0xFFFF, 1, 0x80000001, 0x00010002, 0x1234, 0x00010002, 0xFFFF, 1, 0x80000002], 2, [0x80000002, 0x80000003]);
        Assert.Contains(rig.Refusals, refusal => refusal.Contains("4080 bytes were not understood", StringComparison.Ordinal));
    });

    [Fact]
    public void D04_Given_major_version_2_When_read_Then_refused_and_the_id_lives() => Rig.Simulate(async rig =>
    {
        await WithArea(rig, ResultCode.Ok, [0x00020000, 0xFFFF, 1, 0x80000001], 3, [0x80000001, 0x80000002, 0x80000003]);
        Assert.Contains(rig.Refusals, refusal => refusal.StartsWith("Async messages", StringComparison.Ordinal));
    });

    [Fact]
    public void Section_5_Given_minor_versions_and_empty_messages_When_read_Then_all_are_applied() => Rig.Simulate(rig =>
        WithArea(rig, ResultCode.Ok, [0x00010000, 0xFFFF, 0, 0, 0x00010001, 0xFFFF, 2, 0x80000001, 0x80000002, 0, 0x0001FFFF, 0xFFFF, 1, 0x80000003], 0, []));

    [Fact]
    public void Section_6_Given_a_transport_failure_When_the_area_holds_ids_Then_it_is_not_read() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        rig.World.Next(call =>
        {
            uint[] words = [0x00010002, 0xFFFF, 1, 0x80000001];
            for (var i = 0; i < words.Length; i++) call.PokeOutbound(i * 4, words[i]);
            call.Fail(-1);
        });
        await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(6));
        Assert.Equal(1, rig.Mink.Domain.Table.Count);
        rig.World.Next(call => call.Release(0x80000001).Complete());
        (await rig.Mink.Root.InvokeAsync(6)).Dispose();
        await x.WhenReleased;
    });

    [Fact]
    public void D34_Given_900_releases_on_a_short_calls_reply_When_it_arrives_Then_each_hook_runs_once_in_a_turn_of_its_own() => Rig.Simulate(async rig =>
    {
        var objects = Enumerable.Range(0, 900).Select(_ => new Callback()).ToList();
        foreach (var chunk in objects.Chunk(15))
        {
            var handles = chunk.Select(x => rig.Mink.Export(x)).ToList();
            (await rig.Mink.Root.InvokeAsync(5, [.. handles.Select(handle => Argument.In(handle))])).Dispose();
            handles.ForEach(handle => handle.Dispose());
        }
        rig.World.Next(call => call.Release([.. Enumerable.Range(1, 900).Select(i => 0x80000000u + (uint)i)]).Complete());
        (await rig.Mink.Root.InvokeAsync(6)).Dispose();
        await Task.WhenAll(objects.Select(x => x.WhenReleased));
        Assert.All(objects, x => Assert.Equal(1, x.Releases));
    }, seeds: 2);
}
