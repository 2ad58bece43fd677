using System.Text;
using System.Text.Json;

namespace MinkActors.Idl.Vectors;

/// <summary>Replays a file of golden data for the compiler: <c>vectors</c>, <c>skeleton</c>, <c>versions</c> and <c>diagnostics</c> (format 1).</summary>
/// <remarks>Driven by the file's own fields, so that cases nobody has seen yet run as well. Works on memory only.</remarks>
public static class IdlVectors
{
    private const int Format = 1;

    /// <summary>Runs every case, in the order of the file.</summary>
    /// <param name="json">UTF-8.</param>
    /// <exception cref="JsonException">The text is no JSON, or not of this format.</exception>
    public static IReadOnlyList<IdlVectorResult> Run(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (!root.TryGetProperty("format", out var format) || format.GetInt32() != Format) throw new JsonException($"Only format {Format} is known.");
        var results = new List<IdlVectorResult>();
        foreach (var vector in Items(root, "vectors")) results.Add(Guarded($"vectors/{Text(vector, "id")}", () => MarshallingVector.Check(vector)));
        foreach (var version in Items(root, "versions")) results.Add(Guarded($"versions/{Text(version, "version")}", () => VersionVector.Check(version)));
        foreach (var row in Items(root, "diagnostics")) results.Add(Guarded($"diagnostics/{Text(row, "id")}", () => DiagnosticVector.Check(row)));
        if (root.TryGetProperty("skeleton", out var skeletons))
        {
            foreach (var skeleton in skeletons.ValueKind == JsonValueKind.Array ? [.. skeletons.EnumerateArray()] : new[] { skeletons })
            {
                foreach (var call in Items(skeleton, "calls")) results.Add(Guarded($"skeleton/{Text(call, "name")}", () => SkeletonVector.Check(skeleton, call)));
            }
        }
        return results;
    }

    /// <summary>A vector that lacks what it should state fails by name instead of ending the run.</summary>
    private static IdlVectorResult Guarded(string name, Func<string?> check)
    {
        try
        {
            var reason = check();
            return new IdlVectorResult(name, reason is null, reason ?? "");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or JsonException or OverflowException or ArgumentException)
        {
            return new IdlVectorResult(name, false, $"the vector cannot be read: {e.Message}");
        }
    }

    internal static JsonElement[] Items(JsonElement parent, string name) => parent.TryGetProperty(name, out var list) ? [.. list.EnumerateArray()] : [];

    internal static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? "";

    internal static uint Word(JsonElement parent, string name) => (uint)WireValue.Integer(parent.GetProperty(name));

    internal static IdlOptions Options(JsonElement vector)
    {
        var has = vector.TryGetProperty("options", out var options);
        bool Flag(string name) => has && options.TryGetProperty(name, out var value) && value.GetBoolean();
        var specs = has && options.TryGetProperty("spec", out var list) ? list : default;
        return new IdlOptions
        {
            BundleParametersBySize = Flag("bundleParamsBySize"),
            AllowUndefinedBehavior = Flag("allowUndefinedBehavior"),
            IncludeDirectories = [.. Items(vector, "includeDirs").Select(d => d.GetString()!)],
            Specs = specs.ValueKind switch
            {
                JsonValueKind.Array => [.. specs.EnumerateArray().Select(s => Spec(s.GetString()!))],
                JsonValueKind.String => [Spec(specs.GetString()!)],
                _ => [],
            },
        };
    }

    private static IdlSpec Spec(string text) => IdlSpec.TryParse(text, out var spec) ? spec : throw new FormatException($"'{text}' is no spec");

    internal static IdlCompilation Compile(string idl, IdlOptions options)
    {
        var files = new MemoryFileSource();
        files.Add("main.idl", Encoding.UTF8.GetBytes(idl));
        return IdlCompiler.Compile("main.idl", files, options);
    }
}

/// <summary>The version word of a version, and its bytes.</summary>
internal static class VersionVector
{
    public static string? Check(JsonElement vector)
    {
        var version = IdlVectors.Text(vector, "version");
        var compilation = IdlVectors.Compile($"interface IVersioned {{ #[version = {version}] method only(); }};", new IdlOptions());
        if (compilation.HasErrors) return $"it does not compile: {compilation.Diagnostics[0]}";
        var word = compilation.Unit.Find("IVersioned")!.Version.Word;
        if (word != IdlVectors.Word(vector, "word")) return $"the word is 0x{word:x8}";
        var hex = Convert.ToHexStringLower([(byte)word, (byte)(word >> 8), (byte)(word >> 16), (byte)(word >> 24)]);
        return hex == IdlVectors.Text(vector, "hex") ? null : $"the bytes are {hex}";
    }
}
