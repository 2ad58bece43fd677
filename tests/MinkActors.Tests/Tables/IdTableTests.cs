using MinkActors.Protocol;

namespace MinkActors.Tests.Tables;

/// <summary>One actor changes the ids, and any thread may look one up meanwhile.</summary>
public class IdTableTests
{
    // Some pages: the ones that run empty are dropped while others look into them.
    private const int Given = 20_000;
    private const int AliveMax = 300;

    [Fact]
    public Task Given_ids_that_come_and_go_When_another_thread_looks_them_up_Then_each_names_its_own_object_or_nothing() => Rig.OnThreads(async rig =>
    {
        var table = new IdTable(Given);
        var objects = Enumerable.Range(0, Given).Select(i => new SecureObject(rig.Mink.Domain, new ObjectId((uint)i + 2))).ToArray();
        var given = 0;
        var isLooking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var looking = Task.Run(() =>
        {
            var random = 1u;
            isLooking.SetResult();
            while (Volatile.Read(ref given) is var count && count < Given)
            {
                random = random * 1664525 + 1013904223;
                var index = Math.Max(0, count - (int)(random >> 16) % (2 * AliveMax));
                var target = table.Find(IdOf(index));
                Assert.True(target is null || ReferenceEquals(target, objects[index]));
            }
        });
        await isLooking.Task;
        for (var i = 0; i < Given; i++)
        {
            Assert.True(table.TryAdd(objects[i], out var id));
            Assert.Equal(IdOf(i), (ObjectId)id);
            if (i >= AliveMax) Assert.Same(objects[i - AliveMax], table.Drop(IdOf(i - AliveMax)));
            Volatile.Write(ref given, i + 1);
        }

        await looking;
        Assert.Equal(AliveMax, table.Count);
        Assert.Null(table.Find(IdOf(0)));
        Assert.Same(objects[^1], table.Find(IdOf(Given - 1)));
    });

    private static ObjectId IdOf(int index) => new(0x8000_0001 + (uint)index);
}
