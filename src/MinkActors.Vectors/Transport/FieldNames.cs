using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>Says in the words of doc 02 what stands at an offset, so that a difference of one byte can be read.</summary>
internal static class FieldNames
{
    private static readonly string[] HeaderWords = ["result", "object", "op", "counts"];
    private static readonly string[] Kinds = ["IB", "OB", "IO", "OO"];

    /// <summary>First difference of two buffers, or none.</summary>
    public static void UnlessSame(string step, ReadOnlySpan<byte> actual, ReadOnlySpan<byte> vector, Func<int, string> nameOf)
    {
        var at = actual.CommonPrefixLength(vector);
        if (at == actual.Length && at == vector.Length) return;
        var ours = at < actual.Length ? $"{actual[at]:x2}" : "nothing";
        var theirs = at < vector.Length ? $"{vector[at]:x2}" : "nothing";
        VectorMismatchException.Throw($"{step}: byte 0x{at:X4} ({nameOf(at)}) is {ours}, the vector says {theirs}");
    }

    public static string InMessage(int offset, bool isCallback, ArgumentCounts counts, int messageSize)
    {
        var header = isCallback ? CallbackMessage.HeaderSize : DirectMessage.HeaderSize;
        if (offset < header) return HeaderWords[offset / 4 + (isCallback ? 0 : 1)];
        var entry = (offset - header) / 8;
        if (entry < counts.Total) return InEntry(entry, (offset - header) % 8, counts);
        return offset < messageSize ? "payload" : isCallback ? "async area" : "behind the message";
    }

    public static string InArea(int offset) => "async area";

    private static string InEntry(int entry, int offset, ArgumentCounts counts)
    {
        var kind = ArgumentKind.OutputObject;
        while (entry < counts.IndexOf(kind, 0)) kind--;
        var part = kind <= ArgumentKind.OutputBuffer ? offset < 4 ? ".offset" : ".size" : offset < 4 ? ".id" : ".unused";
        return $"{Kinds[(int)kind]}[{entry - counts.IndexOf(kind, 0)}]{part}";
    }
}
