using System.Text;
using System.Text.Json;

namespace MinkActors.Idl.Vectors;

/// <summary>A unit of files and the one finding it must give, or none.</summary>
internal static class DiagnosticVector
{
    public static string? Check(JsonElement row)
    {
        var compilation = IdlCompiler.Compile("main.idl", Files(row), IdlVectors.Options(row));
        var expected = IdlVectors.Text(row, "expect");
        var found = compilation.Diagnostics.Select(d => d.Id).Distinct().ToList();
        if (expected == "ok") return found.Count == 0 ? null : $"expected no finding, got {compilation.Diagnostics[0]}";
        if (found.Count != 1 || found[0] != expected) return $"expected {expected}, got {(found.Count == 0 ? "nothing" : string.Join("; ", compilation.Diagnostics))}";

        var severity = compilation.Diagnostics[0].Severity == IdlSeverity.Error ? "error" : "warning";
        if (row.TryGetProperty("severity", out var stated) && stated.GetString() != severity) return $"{expected} is reported as {severity}";
        return compilation.Diagnostics[0].Location is null && expected != IdlRule.UnknownSpec.Id ? $"{expected} has no location" : null;
    }

    private static MemoryFileSource Files(JsonElement row)
    {
        var files = new MemoryFileSource();
        if (row.TryGetProperty("generate", out var recipe)) files.Add("main.idl", Generate(recipe));
        if (!row.TryGetProperty("files", out var texts)) return files;
        foreach (var file in texts.EnumerateObject()) files.Add(file.Name, Encoding.UTF8.GetBytes(file.Value.GetString()!));
        return files;
    }

    /// <summary>For inputs too long to be written out: {i} counts from 0.</summary>
    private static string Generate(JsonElement recipe)
    {
        var repeat = IdlVectors.Text(recipe, "repeat");
        var parts = Enumerable.Range(0, recipe.GetProperty("count").GetInt32()).Select(i => repeat.Replace("{i}", $"{i}"));
        return IdlVectors.Text(recipe, "prefix") + string.Join(IdlVectors.Text(recipe, "separator"), parts) + IdlVectors.Text(recipe, "suffix");
    }
}
