using System.Text.Json;

namespace MinkActors.Vectors.Inputs;

/// <summary>All vectors of one file, because some describe themselves by another's name.</summary>
internal sealed class VectorFile
{
    private readonly Dictionary<string, VectorCase> _byName = [];
    private readonly List<VectorCase> _cases = [];

    public VectorFile(JsonElement root)
    {
        var elements = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : [root];
        for (var i = 0; i < elements.Length; i++)
        {
            var vector = new VectorCase(elements[i], i, this);
            _cases.Add(vector);
            _byName.TryAdd(vector.Name, vector);
        }
    }

    public VectorCase? Find(string name) => _byName.TryGetValue(name, out var found) && found.Fault is null ? found : null;

    public IEnumerable<VectorFinding> Judge(Func<VectorCase, string?> judge)
    {
        foreach (var vector in _cases)
        {
            yield return new(vector.Name, vector.Fault ?? Guarded(judge, vector));
        }
    }

    /// <summary>A vector of an unforeseen JSON shape is a finding, not the end of the run.</summary>
    private static string? Guarded(Func<VectorCase, string?> judge, VectorCase vector)
    {
        try
        {
            return judge(vector);
        }
        catch (Exception shape) when (shape is InvalidOperationException or FormatException or KeyNotFoundException or OverflowException)
        {
            return $"the vector's shape is not understood: {shape.Message}";
        }
    }
}
