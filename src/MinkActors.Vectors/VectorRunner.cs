using System.Text.Json;
using MinkActors.Vectors.Transport;

namespace MinkActors.Vectors;

/// <summary>Runs vector files. Never throws for what a file holds, nor for a file that cannot be read: that is what a report's error is for.</summary>
/// <param name="suites">Asked in this order which of them a file belongs to.</param>
public sealed class VectorRunner(params IReadOnlyList<IVectorSuite> suites)
{
    /// <summary>Larger files are refused unread, in bytes.</summary>
    public const int MaxFileSize = 64 * 1024 * 1024;

    /// <summary>With the suites of this library: the transport messages of doc 02, sound and malformed.</summary>
    public static VectorRunner Default { get; } = new(new TransportSuite());

    /// <summary>Reads and runs one file.</summary>
    public VectorReport RunFile(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length > MaxFileSize
                ? Broken(path, $"the file has {length} bytes, limit {MaxFileSize}")
                : Run(path, File.ReadAllBytes(path));
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Broken(path, $"the file cannot be read: {reason.Message}");
        }
    }

    /// <summary>Runs the content of a file.</summary>
    /// <param name="file">What the report calls it.</param>
    /// <param name="json">UTF-8, with or without a byte order mark.</param>
    public VectorReport Run(string file, ReadOnlyMemory<byte> json)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var suite = suites.FirstOrDefault(candidate => candidate.CanRun(root));
            return suite is null ? Broken(file, "no suite knows vectors of this kind") : Run(file, suite, root);
        }
        catch (JsonException reason)
        {
            return Broken(file, $"not JSON: {reason.Message}");
        }
    }

    /// <summary>A suite may come from anywhere, so whatever it throws ends its file and nothing else.</summary>
    private static VectorReport Run(string file, IVectorSuite suite, JsonElement root)
    {
        var results = new List<VectorResult>();
        try
        {
            results.AddRange(suite.Run(root));
            return new VectorReport(file, suite.Name, results, results.Count == 0 ? "the file holds no vectors" : null);
        }
        catch (Exception reason)
        {
            return new VectorReport(file, suite.Name, results, $"the file cannot be run to its end: {reason.Message}");
        }
    }

    private static VectorReport Broken(string file, string error) => new(file, "", [], error);
}
