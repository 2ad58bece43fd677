namespace MinkActors.Protocol;

/// <summary>What the number of an id alone says about its place in a request. Whether it is live is for the owner of the table of ids.</summary>
internal static class RequestIds
{
    /// <summary>Doc 02, 7.4: the target is root or secure; an input is anything but the primordial object.</summary>
    internal static bool TryCheckDirect(ObjectId target, ref readonly ArgumentTable table, out Refusal refusal)
    {
        refusal = default;
        if (!target.IsHostedOnSecureSide) refusal = new Refusal(RefusedField.Target, 0, target.Value, ObjectId.NormalSideBit - 1);
        else if (table.Counts.InputObjects > 0) Scan(in table, ObjectId.Primordial, CallbackId.FirstValue, out refusal);
        return refusal.IsNone;
    }

    /// <summary>Doc 02, 7.1: the target is primordial or a callback; an input is anything but root (doc 01, section 1).</summary>
    internal static bool TryCheckCallback(ObjectId target, ref readonly ArgumentTable table, out Refusal refusal)
    {
        refusal = default;
        if (!target.IsHostedOnNormalSide) refusal = new Refusal(RefusedField.Target, 0, target.Value, ObjectId.NormalSideBit);
        else if (table.Counts.InputObjects > 0) Scan(in table, ObjectId.Root, SecureId.FirstValue, out refusal);
        return refusal.IsNone;
    }

    private static void Scan(ref readonly ArgumentTable table, ObjectId forbidden, uint nearest, out Refusal refusal)
    {
        refusal = default;
        for (var i = 0; i < table.Counts.InputObjects; i++)
        {
            if (table.InputObject(i) != forbidden) continue;
            refusal = new Refusal(RefusedField.InputObject, i, forbidden.Value, nearest);
            return;
        }
    }
}
