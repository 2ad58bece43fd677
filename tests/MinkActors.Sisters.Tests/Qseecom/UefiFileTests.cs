using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Variables in a real file, cut off wherever a crash can cut it.</summary>
public sealed class UefiFileTests : IDisposable
{
    private static readonly Guid Vendor = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    private const EfiAttributes Kept = EfiAttributes.NonVolatile | EfiAttributes.BootService | EfiAttributes.Runtime;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mink-uefi-");

    private string Store => Path.Combine(_directory.FullName, "vars.bin");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Given_a_file_that_ends_at_any_byte_When_opened_Then_the_whole_records_before_it_and_the_next_write_mends_it()
    {
        var states = new List<(long Size, string Live)> { (0, "") };
        var written = new KeptLog(Store);
        foreach (var (name, data) in new[] { ("a", "1"), ("b", "22"), ("a", "333"), ("b", ""), ("c", "4") })
        {
            written.Set(name, data);
            states.Add((new FileInfo(Store).Length, written.Live));
        }
        var whole = File.ReadAllBytes(Store);

        for (var size = 0; size <= whole.Length; size++)
        {
            File.WriteAllBytes(Store, whole[..size]);
            var opened = new KeptLog(Store);
            Assert.Equal(states.Last(state => state.Size <= size).Live, opened.Live);
            opened.Set("z", "9");
            Assert.Equal((states.Last(state => state.Size <= size).Live + " z=9").Trim(), new KeptLog(Store).Live);
        }
    }

    [Fact]
    public void Given_a_new_file_that_was_left_half_written_When_opened_and_replaced_Then_it_is_never_looked_at()
    {
        new KeptLog(Store).Set("a", "1");
        File.WriteAllBytes(Store + ".new", [1, 2, 3]);

        Assert.Equal("a=1", new KeptLog(Store).Live);
        new FileVariableStorage(Store).Replace(File.ReadAllBytes(Store));

        Assert.False(File.Exists(Store + ".new"));
        Assert.Equal("a=1", new KeptLog(Store).Live);
    }

    [Fact]
    public void Given_a_directory_that_is_not_there_When_written_Then_the_error_says_so() =>
        Assert.ThrowsAny<IOException>(() => new FileVariableStorage(Path.Combine(Store, "none", "vars.bin")).Append([1]));

    /// <summary>A log over the file, and the variables as it tells them.</summary>
    private sealed class KeptLog
    {
        private readonly VariableLog _log;
        private readonly List<UefiVariable> _live;

        public KeptLog(string file)
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

    [Fact]
    public void Given_a_crash_at_every_byte_of_the_file_When_started_again_Then_what_was_answered_is_there_and_nothing_else()
    {
        for (var crashAt = 0; ; crashAt++)
        {
            var storage = new CrashingStorage(crashAt);
            var answered = new Dictionary<string, byte[]>();
            string? inDoubt = null;
            QseeRig.Simulate(async rig =>
            {
                for (var i = 0; i < 4 && inDoubt is null; i++)
                {
                    var (name, data) = ($"V{i % 3}", new byte[] { (byte)i, (byte)(i + 1) });
                    var status = i == 2 ? await rig.System.Variables.SetAsync("V0", Vendor, EfiAttributes.None, 0, null) : await rig.System.Variables.SetAsync(name, Vendor, Kept, 2, data);
                    if (status != EfiStatus.Success) inDoubt = i == 2 ? "V0" : name;
                    else if (i == 2) answered.Remove("V0");
                    else answered[name] = data;
                }
            }, qsee => qsee.LoadUefi(storage), seeds: 1);
            QseeRig.Simulate(async rig =>
            {
                var found = (await rig.System.Variables.ListAsync()).ToDictionary(variable => variable.Name, variable => variable.Data);
                // The one operation that was not answered may have happened; it is whole or not there.
                if (inDoubt is not null)
                {
                    if (found.Remove(inDoubt, out var half)) Assert.Equal(2, half.Length);
                    answered.Remove(inDoubt);
                }
                Assert.Equal(answered, found);
            }, qsee => qsee.LoadUefi(new MemoryVariableStorage(storage.Disk)), seeds: 1);
            if (inDoubt is null) return;
        }
    }

    /// <summary>A disk that keeps so many bytes of what is written, and then nothing more.</summary>
    private sealed class CrashingStorage(int bytesLeft) : IVariableStorage
    {
        private readonly List<byte> _disk = [];
        private int _left = bytesLeft;

        public byte[] Disk => [.. _disk];

        public byte[] ReadAll() => Disk;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            var kept = Math.Min(_left, bytes.Length);
            _disk.AddRange(bytes[..kept]);
            _left -= kept;
            if (kept < bytes.Length) throw new IOException("The power went.");
        }

        public void Replace(ReadOnlySpan<byte> bytes)
        {
            // A new file is written beside; only the rename, behind its last byte, puts it in place.
            if (_left < bytes.Length)
            {
                _left = 0;
                throw new IOException("The power went.");
            }
            _left -= bytes.Length;
            _disk.Clear();
            _disk.AddRange(bytes);
        }
    }
}
