using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Tests.Qsee.Uefi;

public sealed class VariableLogTests
{
    private static readonly Action<UefiWorld>[] Story =
    [
        world => world.Set("A", [1]),
        world => world.Set("B", [2, 2]),
        world => world.Set("Volatile", [9], EfiAttributes.BootService),
        world => world.Set("A", [3, 3, 3]),
        world => world.Set("B", [], UefiWorld.Kept),
        world => world.Set("C", [4], UefiWorld.Kept | EfiAttributes.Append),
        world => world.Set("C", [5], UefiWorld.Kept | EfiAttributes.Append),
    ];

    [Fact]
    public void Given_a_story_When_the_file_is_cut_at_any_byte_Then_a_prefix_of_the_story_is_remembered()
    {
        var world = new UefiWorld();
        var states = new List<string> { "" };
        var sizes = new List<int> { 0 };
        foreach (var step in Story)
        {
            step(world);
            states.Add(string.Join(",", world.Names.Split(',').Where(name => !name.StartsWith("Volatile", StringComparison.Ordinal))));
            sizes.Add(world.Storage.ReadAll().Length);
        }
        var whole = world.Storage.ReadAll();
        for (var cut = 0; cut <= whole.Length; cut++)
        {
            var reopened = new UefiWorld(new MemoryVariableStorage(whole.AsSpan(0, cut)));

            Assert.Equal(states[sizes.FindLastIndex(size => size <= cut)], reopened.Names);
        }
    }

    [Fact]
    public void Given_a_cut_file_When_written_again_Then_nothing_new_is_lost()
    {
        var world = new UefiWorld();
        Array.ForEach(Story, step => step(world));
        var whole = world.Storage.ReadAll();
        for (var cut = 0; cut <= whole.Length; cut++)
        {
            var reopened = new UefiWorld(new MemoryVariableStorage(whole.AsSpan(0, cut)));
            reopened.Set("New", [7]);

            Assert.Equal(reopened.Names, new UefiWorld(new MemoryVariableStorage(reopened.Storage.ReadAll())).Names);
        }
    }

    [Fact]
    public void Given_a_flipped_byte_When_opened_Then_only_what_stood_before_it_is_remembered_or_the_file_is_refused()
    {
        var world = new UefiWorld();
        Array.ForEach(Story, step => step(world));
        var whole = world.Storage.ReadAll();
        for (var at = 8; at < whole.Length; at++)
        {
            var spoiled = (byte[])whole.Clone();
            spoiled[at] ^= 0x10;

            Assert.NotEqual(world.Names, new UefiWorld(new MemoryVariableStorage(spoiled)).Names);
        }
    }

    [Fact]
    public void Given_a_file_that_is_no_log_When_opened_Then_it_is_refused_and_left_alone()
    {
        var storage = new MemoryVariableStorage("something else"u8);

        Assert.Throws<InvalidDataException>(() => new UefiVariableStore(storage));
        Assert.Equal("something else"u8.ToArray(), storage.ReadAll());
    }

    [Fact]
    public void Given_an_append_that_fails_after_any_prefix_When_set_Then_device_error_and_the_next_set_is_durable()
    {
        for (var prefix = 0; prefix < 60; prefix++)
        {
            var storage = new TearingStorage();
            var world = new UefiWorld(storage);
            world.Set("A", [1]);
            storage.TearAfter = prefix;

            Assert.Equal(EfiStatus.DeviceError, world.Set("B", [2]));
            Assert.Equal("A=01", world.Names);
            Assert.Equal(EfiStatus.Success, world.Set("C", [3]));
            Assert.Equal("A=01,C=03", new UefiWorld(new MemoryVariableStorage(storage.ReadAll())).Names);
        }
    }

    [Fact]
    public void Given_many_changes_When_made_Then_the_file_stays_bounded_and_whole()
    {
        var world = new UefiWorld();
        for (var i = 0; i < 400; i++)
        {
            world.Set("A", new byte[4000]);
            world.Set("B", [(byte)i]);
        }

        Assert.InRange(world.Storage.ReadAll().Length, 1, 300_000);
        Assert.Equal(world.Names, new UefiWorld(new MemoryVariableStorage(world.Storage.ReadAll())).Names);
    }

    [Fact]
    public void Given_a_file_on_disk_When_reopened_Then_variables_are_there_and_a_left_over_new_file_does_not_matter()
    {
        var folder = Directory.CreateTempSubdirectory("mink-uefi");
        try
        {
            var path = Path.Combine(folder.FullName, "variables");
            new UefiWorld(new FileVariableStorage(path)).Set("A", [1]);
            File.WriteAllText(path + ".new", "half");

            var reopened = new UefiWorld(new FileVariableStorage(path));
            reopened.Set("B", [2]);

            Assert.Equal("A=01,B=02", new UefiWorld(new FileVariableStorage(path)).Names);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Writes part of one append and fails it.</summary>
    private sealed class TearingStorage : IVariableStorage
    {
        private readonly MemoryVariableStorage _inner = new();

        public int? TearAfter { get; set; }

        public byte[] ReadAll() => _inner.ReadAll();

        public void Replace(ReadOnlySpan<byte> bytes) => _inner.Replace(bytes);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (TearAfter is { } prefix)
            {
                TearAfter = null;
                _inner.Append(bytes[..Math.Min(prefix, bytes.Length)]);
                throw new IOException("torn");
            }
            _inner.Append(bytes);
        }
    }
}
