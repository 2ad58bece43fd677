using System.Text;
using System.Text.Json.Nodes;

namespace MinkActors.Vectors.Tests;

/// <summary>The golden files beside the tests, and copies of them that were tampered with.</summary>
internal static class TransportFile
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "vectors", file);

    public static JsonArray Load(string file) => JsonNode.Parse(File.ReadAllText(PathOf(file)))!.AsArray();

    public static VectorReport Run(JsonNode root) => VectorRunner.Default.Run("test", Encoding.UTF8.GetBytes(root.ToJsonString()));

    public static VectorReport Run(string text) => VectorRunner.Default.Run("test", Encoding.UTF8.GetBytes(text));

    /// <summary>The one vector of that name, alone in a file.</summary>
    public static JsonArray Alone(string file, string name) =>
        [Load(file).Single(vector => (string?)vector!["name"] == name)!.DeepClone()];

    /// <summary>Runs a single vector.</summary>
    public static VectorResult RunOne(JsonArray file) => Assert.Single(Run(file).Results);
}
