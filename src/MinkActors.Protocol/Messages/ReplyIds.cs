namespace MinkActors.Protocol;

/// <summary>What the numbers alone say about the output objects of a reply. Whether they are live is for the owner of the table of ids.</summary>
internal static class ReplyIds
{
    /// <summary>Neither static object is ever an output (doc 02, 7.3 and 7.5; spec/11, D-24). Empties the output buffers when it refuses.</summary>
    internal static bool TryCheck(ref ArgumentTable reply, ref Refusal refusal)
    {
        for (var i = 0; i < reply.Counts.OutputObjects; i++)
        {
            var id = reply.OutputObject(i);
            if (id.IsRoot) return Refuse(ref reply, i, id, SecureId.FirstValue, ref refusal);
            if (id.IsPrimordial) return Refuse(ref reply, i, id, CallbackId.FirstValue, ref refusal);
        }

        return true;
    }

    /// <summary>Each callback id stands for one reference, so a reply gives it once at most (doc 02, 7.5). Fifteen ids at most: pairs are few.</summary>
    internal static bool TryCheckCallbacksDiffer(ref ArgumentTable reply, ref Refusal refusal)
    {
        for (var i = 1; i < reply.Counts.OutputObjects; i++)
        {
            var id = reply.OutputObject(i);
            if (!id.IsCallback) continue;
            for (var earlier = 0; earlier < i; earlier++)
            {
                if (reply.OutputObject(earlier) == id) return Refuse(ref reply, i, id, earlier, ref refusal);
            }
        }

        return true;
    }

    private static bool Refuse(ref ArgumentTable reply, int index, ObjectId id, long limit, ref Refusal refusal)
    {
        refusal = new Refusal(RefusedField.OutputObject, index, id.Value, limit);
        ReplyReader.EmptyOutputs(ref reply);
        return false;
    }
}
