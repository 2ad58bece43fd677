using System.Text.Json;

namespace MinkActors.Vectors;

/// <summary>Judges the vectors of one kind of file. Add one to a <see cref="VectorRunner"/> to teach it another kind.</summary>
public interface IVectorSuite
{
    /// <summary>What the reports call it, for example <c>transport</c>.</summary>
    string Name { get; }

    /// <summary>Whether a file is of this kind, by its content alone. Must be total: any JSON may come.</summary>
    bool CanRun(JsonElement root);

    /// <summary>Yields one result for each vector, in the order of the file. May throw <see cref="VectorFormatException"/> for a file of which
    /// nothing can be made; a single broken vector is a failed result.</summary>
    IEnumerable<VectorResult> Run(JsonElement root);
}
