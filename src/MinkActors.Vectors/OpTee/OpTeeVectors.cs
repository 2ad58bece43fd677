using System.Text.Json;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>
/// Runs the vectors of specs 09 and 10 (optee.json, and any file of the same kinds) through the codecs of
/// <c>MinkActors.Protocol.OpTee</c> and <c>MinkActors.Protocol.ProtectedMemory</c>, as
/// <see cref="Qseecom.QseecomVectors"/> does for its own.
/// </summary>
public static class OpTeeVectors
{
    /// <summary>Judges a file's root: an array of vectors, or one vector. One finding per vector, in their order.</summary>
    public static IEnumerable<VectorFinding> Run(JsonElement root) => new VectorFile(root).Judge(Judge);

    private static string? Judge(VectorCase vector) => vector.Kind switch
    {
        "word32" => OpTeeWords.Judge(vector),
        "table" => OpTeeTables.Judge(vector),
        "registers32" => OpTeeRegisterImages.Judge(vector),
        "bytes" => OpTeeImages.Judge(vector),
        _ => $"kind '{vector.Kind}' is unknown",
    };
}
