using System.Text.Json;

namespace MinkActors.Linux.Tracing;

/// <summary>One step of a trace, as `mink run --trace` wrote it.</summary>
/// <param name="TimeMs">Milliseconds since the trace began.</param>
/// <param name="Step">What happened: open, close, invoke, ioctl at the device; sent, completed, failed, callback, answered, exported,
/// unexported, imported, released, refused in the runtime.</param>
/// <param name="Context">The open file, from 1; 0 for steps of the runtime.</param>
/// <param name="Thread">The client's thread; 0 when none is meant.</param>
/// <param name="Fields">Everything else, by name, as text.</param>
/// <param name="Parameters">Parameters in their order: kind, and the object or the size.</param>
public sealed record TraceEntry(
    double TimeMs, string Step, int Context, int Thread,
    IReadOnlyDictionary<string, string> Fields, IReadOnlyList<TraceParameter> Parameters)
{
    /// <summary>A field's text, or nothing.</summary>
    public string this[string field] => Fields.GetValueOrDefault(field, "");
}

/// <summary>One parameter of a call.</summary>
/// <param name="Kind">The ABI's word for it.</param>
/// <param name="Value">The object's name for the client, or the size of the buffer in bytes.</param>
public sealed record TraceParameter(string Kind, string Value);

/// <summary>Reads the JSON Lines of a trace.</summary>
public static class TraceReader
{
    /// <summary>Reads a whole trace; a last line that was cut off is left out, as a killed host leaves one.</summary>
    /// <exception cref="InvalidDataException">A line is not one of a trace; the message has its number.</exception>
    public static IReadOnlyList<TraceEntry> Read(TextReader text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var entries = new List<TraceEntry>();
        var number = 0;
        for (var line = text.ReadLine(); line is not null;)
        {
            number++;
            var next = text.ReadLine();
            try
            {
                if (line.Length > 0) entries.Add(Parse(line));
            }
            catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                if (next is not null) throw new InvalidDataException($"Line {number} is not a step of a trace: {fault.Message}", fault);
            }

            line = next;
        }

        return entries;
    }

    private static TraceEntry Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var fields = new Dictionary<string, string>();
        var parameters = new List<TraceParameter>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Array) parameters.AddRange(property.Value.EnumerateArray().Select(Parameter));
            else fields[property.Name] = property.Value.ToString();
        }

        return new TraceEntry(
            document.RootElement.GetProperty("t").GetDouble(), document.RootElement.GetProperty("step").GetString()!,
            Number(document, "context"), Number(document, "thread"), fields, parameters);
    }

    private static int Number(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) ? value.GetInt32() : 0;

    private static TraceParameter Parameter(JsonElement element)
    {
        var kind = element.GetProperty("kind").GetString()!;
        if (element.TryGetProperty("object", out var named)) return new TraceParameter(kind, named.GetString()!);
        return element.TryGetProperty("bytes", out var bytes)
            ? new TraceParameter(kind, bytes.ToString())
            : new TraceParameter(kind, string.Join(' ', element.EnumerateObject().Skip(1).Select(word => word.Value.ToString())));
    }
}
