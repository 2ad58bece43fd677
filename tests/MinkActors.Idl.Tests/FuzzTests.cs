using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MinkActors.Idl.Tests;

/// <summary>
/// Mutated inputs through every stage. Seeds are the golden texts; a number decides every choice, so a failure names the
/// run that shows it. <c>MINK_IDL_FUZZ_RUNS</c> sets the number of runs, <c>MINK_IDL_FUZZ_SEED</c> the first one.
/// </summary>
public class FuzzTests
{
    private static readonly string[] Fragments =
    [
        "};", ");", "}", ")", ";", ",", "[", "]", "{", "(", ":", "=", "#[version = 1.1] ", "#[", "/*", "*/", "/**\n", "//", "\"", "include \"main.idl\"",
        "include \"b.idl\" ", "interface ", "struct ", "const ", "method ", "error ", "in ", "out ", "buffer ", "uint8", "float64 ", "interface[15] ", "-0x", "0", "65536", "1.0",
        "api_version", "\uFEFF", "\r", "\u000C", "_", "\uD800", "99999999999999999999999", "[]", "[1]", "[0]",
    ];

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public void Given_mutated_texts_When_compiled_dumped_and_emitted_Then_nothing_throws()
    {
        var seeds = Seeds();
        var first = Setting("MINK_IDL_FUZZ_SEED", 0);
        var runs = Setting("MINK_IDL_FUZZ_RUNS", 50_000);
        for (var run = first; run - first < runs; run++)
        {
            var random = new Xorshift((uint)run);
            var text = Mutate(seeds[random.Next(seeds.Count)], seeds, random);
            try
            {
                Exercise(text, Mutate(seeds[random.Next(seeds.Count)], seeds, random), random);
            }
            catch (Exception e)
            {
                Assert.Fail($"run {run} with {Convert.ToHexString(Encoding.UTF8.GetBytes(text))}: {e}");
            }
        }
    }

    private static void Exercise(string text, string included, Xorshift random)
    {
        var files = new MemoryFileSource();
        files.Add("main.idl", text);
        files.Add("b.idl", included);
        var options = new IdlOptions
        {
            BundleParametersBySize = random.Next(4) == 0,
            AllowUndefinedBehavior = random.Next(4) == 0,
            Specs = random.Next(8) == 0 ? [new IdlSpec("IFan", 1, random.Next(3))] : [],
        };
        var compilation = IdlCompiler.Compile("main.idl", files, options);
        foreach (var diagnostic in compilation.Diagnostics)
        {
            Assert.NotEmpty(diagnostic.ToString());
            if (diagnostic.Location is { } at) Assert.InRange(at.Span.End, at.Span.Start, at.File.Text.Length);
        }
        foreach (var stage in Enum.GetValues<IdlStage>()) IdlDump.ToText(compilation, stage);
        var output = CSharpEmitter.Emit(compilation, new CSharpOptions());
        Assert.Equal(compilation.HasErrors || output.Diagnostics.Count > 0, output.Text.Length == 0);
    }

    private static string Mutate(string text, IReadOnlyList<string> seeds, Xorshift random)
    {
        var mutated = new StringBuilder(text);
        for (var count = random.Next(6); count > 0; count--)
        {
            var at = random.Next(mutated.Length + 1);
            var length = Math.Min(random.Next(12), mutated.Length - at);
            switch (random.Next(6))
            {
                case 0: mutated.Remove(at, length); break;
                case 1: mutated.Insert(at, Fragments[random.Next(Fragments.Length)]); break;
                case 2: mutated.Remove(at, length).Insert(at, Fragments[random.Next(Fragments.Length)]); break;
                case 3: mutated.Insert(random.Next(mutated.Length + 1), mutated.ToString(at, length)); break;
                case 4: mutated.Insert(at, (char)random.Next(128)); break;
                default:
                    var other = seeds[random.Next(seeds.Count)];
                    var from = random.Next(other.Length + 1);
                    mutated.Insert(at, other.AsSpan(from, Math.Min(random.Next(60), other.Length - from)));
                    break;
            }
        }
        return mutated.ToString();
    }

    private static List<string> Seeds()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "idl.json")));
        var seeds = document.RootElement.GetProperty("vectors").EnumerateArray().Select(v => v.GetProperty("idl").GetString()!).ToList();
        foreach (var row in document.RootElement.GetProperty("diagnostics").EnumerateArray())
        {
            if (row.TryGetProperty("files", out var files)) seeds.AddRange(files.EnumerateObject().Select(f => f.Value.GetString()!));
        }
        seeds.Add(document.RootElement.GetProperty("skeleton").GetProperty("idl").GetString()!);
        return seeds;
    }

    /// <summary>The same numbers on every host and runtime.</summary>
    private sealed class Xorshift(uint seed)
    {
        private uint _state = seed * 2654435761 + 1 | 1;

        public int Next(int below)
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (int)(_state % (uint)below);
        }
    }
}
