using System.Text.Json;
using System.Text.Json.Nodes;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Protocol.Tests.Qseecom;

/// <summary>The golden vectors of the sister systems, and ways to spoil them.</summary>
internal static class SisterVectors
{
    private static readonly string[] References = ["call-app-lookup", "mediator-guest-arg-before", "mediator-shadow-arg-returned"];

    public static JsonArray Load(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), file)))!.AsArray();

    public static VectorFinding[] Run(Func<JsonElement, IEnumerable<VectorFinding>> run, JsonNode vectors) =>
        [.. run(JsonSerializer.SerializeToElement(vectors))];

    public static string? FaultOf(Func<JsonElement, IEnumerable<VectorFinding>> run, JsonArray all, JsonNode spoiled)
    {
        // These stay in the file, because other vectors describe themselves by them.
        var file = new JsonArray([.. all.Where(vector => Name(vector) is var name && name != Name(spoiled) && References.Contains(name)).Select(vector => vector!.DeepClone()), spoiled.DeepClone()]);
        return Run(run, file).Single(finding => finding.Name == Name(spoiled)).Fault;
    }

    public static string Name(JsonNode? vector) => (string)vector!["name"]!;

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "vectors")))
        {
            folder = folder.Parent;
        }
        return Path.Combine(folder!.FullName, "tests", "vectors");
    }
}
