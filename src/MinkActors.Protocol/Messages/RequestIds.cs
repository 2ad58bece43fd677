using System.Runtime.CompilerServices;

namespace MinkActors.Protocol;

/// <summary>What the number of an id alone says about its place in a request. Whether it is live is for the owner of the table of ids.</summary>
internal static class RequestIds
{
    /// <summary>Doc 02, 7.4: the target is root or secure; an input is anything but the primordial object.</summary>
    internal static bool AreDirect(ObjectId target, ArgumentCounts counts, ref readonly ArgumentTable table) =>
        target.IsHostedOnSecureSide && (!counts.HasObjects || Find(in table, ObjectId.Primordial) < 0);

    /// <summary>Doc 02, 7.1: the target is primordial or a callback; an input is anything but root (doc 01, section 1).</summary>
    internal static bool AreCallback(ObjectId target, ArgumentCounts counts, ref readonly ArgumentTable table) =>
        target.IsHostedOnNormalSide && (!counts.HasObjects || Find(in table, ObjectId.Root) < 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Refusal ExplainDirect(ObjectId target, ref readonly ArgumentTable table) => target.IsHostedOnSecureSide
        ? new Refusal(RefusedField.InputObject, Find(in table, ObjectId.Primordial), ObjectId.NormalSideBit, CallbackId.FirstValue)
        : new Refusal(RefusedField.Target, 0, target.Value, ObjectId.NormalSideBit - 1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Refusal ExplainCallback(ObjectId target, ref readonly ArgumentTable table) => target.IsHostedOnNormalSide
        ? new Refusal(RefusedField.InputObject, Find(in table, ObjectId.Root), ObjectId.Root.Value, SecureId.FirstValue)
        : new Refusal(RefusedField.Target, 0, target.Value, ObjectId.NormalSideBit);

    private static int Find(ref readonly ArgumentTable table, ObjectId id)
    {
        for (var i = 0; i < table.Counts.InputObjects; i++)
        {
            if (table.InputObject(i) == id) return i;
        }

        return -1;
    }
}
