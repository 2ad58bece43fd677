using System.Diagnostics.CodeAnalysis;

namespace MinkActors.Protocol;

/// <summary>Writes ids of objects into entries; only bytes 0 to 3 of an entry are ever read, and only they are touched.</summary>
internal static class ObjectEntries
{
    internal static void WriteOutput(Span<byte> buffer, int headerSize, ArgumentCounts counts, int index, ObjectId id)
    {
        if ((uint)index >= (uint)counts.OutputObjects) Throw(index, counts.OutputObjects);
        MessageLayout.WriteWord(buffer, MessageLayout.EntryOffset(headerSize, counts.FirstOutputObject + index), id.Value);
    }

    [DoesNotReturn]
    private static void Throw(int index, int count) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The message has {count} objects of this kind.");
}
