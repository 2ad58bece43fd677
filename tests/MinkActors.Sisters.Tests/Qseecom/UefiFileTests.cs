using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Variables in a real file, cut off wherever a crash can cut it.</summary>
public sealed class UefiFileTests : IDisposable
{
    private static readonly Guid Vendor = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mink-uefi-");

    private string Store => Path.Combine(_directory.FullName, "vars.bin");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Given_a_file_that_ends_at_any_byte_When_opened_Then_the_whole_records_before_it_and_the_next_write_mends_it()
    {
        var states = new List<(long Size, string Live)> { (0, "") };
        var written = new Kept(Store);
        foreach (var (name, data) in new[] { ("a", "1"), ("b", "22"), ("a", "333"), ("b", ""), ("c", "4") })
        {
            written.Set(name, data);
            states.Add((new FileInfo(Store).Length, written.Live));
        }
        var whole = File.ReadAllBytes(Store);

        for (var size = 0; size <= whole.Length; size++)
        {
            File.WriteAllBytes(Store, whole[..size]);
            var opened = new Kept(Store);
            Assert.Equal(states.Last(state => state.Size <= size).Live, opened.Live);
            opened.Set("z", "9");
            Assert.Equal((states.Last(state => state.Size <= size).Live + " z=9").Trim(), new Kept(Store).Live);
        }
    }

    [Fact]
    public void Given_a_new_file_that_was_left_half_written_When_opened_and_replaced_Then_it_is_never_looked_at()
    {
        new Kept(Store).Set("a", "1");
        File.WriteAllBytes(Store + ".new", [1, 2, 3]);

        Assert.Equal("a=1", new Kept(Store).Live);
        new FileVariableStorage(Store).Replace(File.ReadAllBytes(Store));

        Assert.False(File.Exists(Store + ".new"));
        Assert.Equal("a=1", new Kept(Store).Live);
    }

    [Fact]
    public void Given_a_directory_that_is_not_there_When_written_Then_the_error_says_so() =>
        Assert.ThrowsAny<IOException>(() => new FileVariableStorage(Path.Combine(Store, "none", "vars.bin")).Append([1]));

    /// <summary>A log over the file, and the variables as it tells them.</summary>
    private sealed class Kept
    {
        private readonly VariableLog _log;
        private readonly List<UefiVariable> _live;

        public Kept(string file)
        {
            _log = VariableLog.Open(new FileVariableStorage(file), out var found);
            _live = [.. found];
        }

        public string Live => string.Join(' ', _live.Select(variable => $"{variable.Key.Name}={System.Text.Encoding.ASCII.GetString(variable.Data)}"));

        public void Set(string name, string data)
        {
            var variable = new UefiVariable(new(name, Vendor), EfiAttributes.NonVolatile, System.Text.Encoding.ASCII.GetBytes(data));
            var at = _live.FindIndex(known => known.Key == variable.Key);
            if (data.Length == 0)
            {
                _live.RemoveAt(at);
                _log.RecordDelete(variable, _live);
                return;
            }
            if (at < 0) _live.Add(variable);
            else _live[at] = variable;
            _log.RecordPut(variable, _live);
        }
    }
}
