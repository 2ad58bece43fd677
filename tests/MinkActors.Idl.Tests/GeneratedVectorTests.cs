using System.Reflection;
using System.Text.Json;

namespace MinkActors.Idl.Tests;

/// <summary>The golden calls through generated proxies and skeletons: bytes, sizes and objects on the wire, values on both sides.</summary>
public class GeneratedVectorTests
{
    private static readonly Lazy<JsonElement> Golden = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "idl.json"))).RootElement);

    private static readonly Lazy<Assembly> Generated = new(Build);

    public static TheoryData<int, string> Vectors
    {
        get
        {
            var data = new TheoryData<int, string>();
            var index = 0;
            foreach (var vector in Golden.Value.GetProperty("vectors").EnumerateArray()) data.Add(index++, vector.GetProperty("id").GetString()!);
            return data;
        }
    }

    private static Assembly Build()
    {
        var texts = new List<string>();
        foreach (var vector in Golden.Value.GetProperty("vectors").EnumerateArray())
        {
            var space = $"V{texts.Count / 2}";
            var options = new IdlOptions { BundleParametersBySize = vector.TryGetProperty("options", out var given) && given.TryGetProperty("bundleParamsBySize", out _) };
            var idl = vector.GetProperty("idl").GetString()!;
            texts.Add(GeneratedCode.Emit(idl, space, options));
            var contract = Compiling.Text(idl, options).Unit.Find(vector.GetProperty("interface").GetString()!)!;
            texts.Add("using System;\n" + new VectorDriver(contract, contract.FindMethod(vector.GetProperty("method").GetString()!)!, vector, space).Write());
        }
        return GeneratedCode.Load([.. texts]);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Given_a_golden_call_When_a_proxy_makes_it_and_a_skeleton_serves_it_Then_wire_and_values_agree(int index, string id)
    {
        var observer = new Observer();
        var driver = Activator.CreateInstance(Generated.Value.GetType($"V{index}.Driver")!, observer)!;

        await (Task)driver.GetType().GetMethod("RunAsync")!.Invoke(driver, null)!;

        var vector = Golden.Value.GetProperty("vectors")[index];
        var (wire, message) = (vector.GetProperty("wire"), observer.Message!);
        Assert.Equal(id, vector.GetProperty("id").GetString());
        Assert.Empty(observer.Differences);
        Assert.Equal(vector.GetProperty("op").GetUInt32(), message.Operation.Word);
        Assert.Equal(Convert.ToUInt32(vector.GetProperty("countsWord").GetString(), 16), message.Counts.Word);
        Assert.Equal(Texts(wire, "ib"), message.Inputs.Select(Convert.ToHexStringLower));
        Assert.Equal(wire.GetProperty("obCapacity").EnumerateArray().Select(c => c.GetInt32()), message.Capacities);
        Assert.Equal(Texts(wire, "ob"), message.Sizes.Select((_, i) => Convert.ToHexStringLower(message.Answer(i))));
        Assert.Equal(Texts(wire, "io"), message.InputObjects.Select(o => o?.Name));
        Assert.Equal(Texts(wire, "oo"), message.OutputObjects.Take(wire.GetProperty("oo").GetArrayLength()).Select(o => o?.Name));
        Assert.Equal(1, message.Disposals);
    }

    [Fact]
    public void Given_every_golden_text_that_is_accepted_When_emitted_Then_all_of_it_compiles_without_a_warning()
    {
        var texts = new List<string>();
        foreach (var row in Golden.Value.GetProperty("diagnostics").EnumerateArray())
        {
            if (!row.TryGetProperty("files", out var files) || row.TryGetProperty("options", out _)) continue;
            var compilation = Compiling.Files(null, [.. files.EnumerateObject().OrderBy(f => f.Name != "main.idl").Select(f => (f.Name, f.Value.GetString()!))]);
            if (compilation.HasErrors) continue;
            var options = new CSharpOptions { Namespace = row.GetProperty("id").GetString()! };
            texts.AddRange(compilation.Files.Select(file => CSharpEmitter.Emit(compilation, file, options)).Where(o => o.Diagnostics.Count == 0).Select(o => o.Text));
        }

        Assert.True(texts.Count > 50);
        GeneratedCode.Check([.. texts]);
    }

    private static IEnumerable<string?> Texts(JsonElement wire, string group) => wire.GetProperty(group).EnumerateArray().Select(v => v.GetString());
}
