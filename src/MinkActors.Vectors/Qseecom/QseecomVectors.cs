using System.Text.Json;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.Qseecom;

/// <summary>
/// Runs the vectors of spec 08 (qseecom.json, and any file of the same kinds) through the codecs of
/// <c>MinkActors.Protocol.Qseecom</c>: each image is decoded, what was decoded is compared with the described inputs, and it is
/// encoded again and compared byte by byte. A vector whose shape is unknown fails with a reason.
/// </summary>
public static class QseecomVectors
{
    /// <summary>Judges a file's root: an array of vectors, or one vector. One finding per vector, in their order.</summary>
    public static IEnumerable<VectorFinding> Run(JsonElement root) => new VectorFile(root).Judge(Judge);

    private static string? Judge(VectorCase vector) => vector.Kind switch
    {
        "word32" => QseecomWords.Judge32(vector),
        "word64" => QseecomWords.Judge64(vector),
        "registers64" => QseecomRegisters.Judge(vector),
        "bytes" => QseecomImages.Judge(vector),
        _ => $"kind '{vector.Kind}' is unknown",
    };
}
