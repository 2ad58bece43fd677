using System.Text.RegularExpressions;

namespace MinkActors.Testing.Tests.Catalogue;

/// <summary>Every row of spec/11 has a test that carries its id, or a reason why none can.</summary>
public sealed partial class CatalogueTests
{
    private const int Defects = 150, Invariants = 22;

    /// <summary>Rows of things that are not built here. A row leaves this list when its test comes.</summary>
    private static readonly (int First, int Last, string Reason)[] Excluded =
    [
        (44, 48, "of the seed's callback device, a process with a descriptor for each object; the later device ABI is served instead, with tests in MinkActors.Linux.Tests"),
        (55, 55, "of the seed's receive and reply ioctls, see D-44"),
        (57, 58, "of the seed's receive and reply ioctls, see D-44"),
        (60, 60, "of the seed's receive and reply ioctls, see D-44"),
        (90, 91, "of the C library's connection record; there is one link here, made complete or not at all"),
        (95, 95, "of two connections in one process; a handle here is an object and no number, and another domain's is refused"),
        (97, 99, "of the C library's credentials and its worker threads; the host makes the credentials here, and no thread belongs to a root"),
        (107, 109, "of the C library's adaptor and its supplicant's fixed number of threads; waiting callbacks hold no thread here"),
        (111, 124, "of the GlobalPlatform client, which is not built"),
        (125, 133, "of listener services in a supplicant process, which is not built"),
    ];

    /// <summary>Invariants that hold by what a scenario or a type does, rather than by a check that names them.</summary>
    private static readonly Dictionary<int, string> HeldBy = new()
    {
        [8] = "D09", [11] = "D24", [21] = "stop", [22] = "app-dies",
    };

    private static string Root
    {
        get
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(Path.Combine(at.FullName, "MinkActors.sln"))) at = at.Parent;
            return at!.FullName;
        }
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
        .Select(File.ReadAllText);

    private static HashSet<string> IdsInTestNames => [.. Sources("tests").SelectMany(text => TestName().Matches(text)).SelectMany(name => Id().Matches(name.Groups[1].Value)).Select(id => $"{id.Groups[1].Value}{int.Parse(id.Groups[2].Value):00}")];

    [Fact]
    public void Given_the_defects_of_the_systems_we_follow_When_the_tests_are_read_Then_each_row_has_one_or_a_reason()
    {
        var tested = IdsInTestNames;

        var open = Enumerable.Range(1, Defects).Where(row => !tested.Contains($"D{row:00}") && !Excluded.Any(range => row >= range.First && row <= range.Last));

        Assert.Equal([], open.Select(row => $"D-{row:00}"));
    }

    [Fact]
    public void Given_the_invariants_When_the_checks_are_read_Then_each_is_made_by_name_or_by_what_is_said_to_hold_it()
    {
        var checks = string.Join('\n', Sources("src/MinkActors.Testing"));
        var tested = IdsInTestNames;

        var open = Enumerable.Range(1, Invariants).Where(row => !checks.Contains($"\"I-{row:00}\"", StringComparison.Ordinal) && !tested.Contains($"I{row:00}")
            && !(HeldBy.TryGetValue(row, out var holder) && (tested.Contains(holder) || ScenarioCatalog.All.Any(scenario => scenario.Name == holder))));

        Assert.Equal([], open.Select(row => $"I-{row:00}"));
    }

    [GeneratedRegex(@"public\s+(?:async\s+)?(?:void|Task|ValueTask)\s+(\w+)\s*\(")]
    private static partial Regex TestName();

    [GeneratedRegex(@"(?:^|_)([DI])(\d{2,3})(?=_)")]
    private static partial Regex Id();
}
