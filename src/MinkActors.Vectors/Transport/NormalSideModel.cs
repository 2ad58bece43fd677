using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>What the normal side does with what it reads (doc 02, 7.1 to 7.3), with dispatchers that answer 0.</summary>
internal static class NormalSideModel
{
    private const string Processed = "processed";
    private const string NotRead = "not read";

    public static Outcome CallbackRequest(TransportVector vector)
    {
        var table = default(ArgumentTable);
        if (!CallbackMessage.TryReadRequest(vector.Buffer, out var target, out var operation, ref table, out _))
            return Refused([], [], NotRead);

        var ids = new LiveIds(vector);
        ids.ReleaseAll(vector.Buffer.AsSpan(AsyncArea.StartBehind(in table)));
        if (!target.IsPrimordial && !ids.IsLiveCallback(target)) return Refused(ids.Released, [], Processed);
        if (operation.CountsReferences) return Counted(ids, target, operation);

        var put = new List<uint>();
        if (!TryResolveInputs(ids, in table, put)) return Refused(ids.Released, put, Processed);
        var result = target.IsPrimordial ? PrimordialModel.Answer(vector.Buffer, operation, in table) : ResultCode.Ok;
        return new Outcome { Dispatch = true, Result = (int)result, Released = ids.Released, ReleaseSecure = [], Async = Processed };
    }

    /// <summary>The vector's request is the normal side's own; of its reply only output sizes and objects are read.</summary>
    public static Outcome DirectResponse(TransportVector vector)
    {
        var request = default(ArgumentTable);
        ReadOwnRequest(vector, isCallback: false, ref request);
        var result = SmcResult(vector);
        if (result != ResultCode.Ok) return Failed(result, []);

        var ids = new LiveIds(vector);
        var reply = default(ArgumentTable);
        var sound = DirectMessage.TryReadReply(vector.Buffer, in request, ref reply, out _);
        var objects = OutputObjects(in reply);
        // Every output that can be resolved is resolved and then put; for a secure id that is a release.
        if (!sound || objects.Any(id => id.IsCallback && !ids.IsLiveCallback(id)))
            return Failed(ResultCode.Unavailable, [.. objects.Where(id => id.IsSecure).Select(id => id.Value)]);
        return new Outcome
        {
            Result = 0,
            Released = [],
            ReleaseSecure = [],
            OutputBuffers = OutputBuffers(vector.Buffer, in reply),
            OutputObjects = [.. objects.Select(id => id.Value)],
        };
    }

    /// <summary>Whatever the area holds, the result of the invocation stays.</summary>
    public static Outcome FinalOutbound(TransportVector vector)
    {
        var ids = new LiveIds(vector);
        ids.ReleaseAll(vector.Buffer);
        return new Outcome { Result = (int)SmcResult(vector), Released = ids.Released, ReleaseSecure = [], Async = Processed };
    }

    /// <summary>The request of a response vector, as the side that sent it keeps it.</summary>
    public static void ReadOwnRequest(TransportVector vector, bool isCallback, ref ArgumentTable table)
    {
        var bytes = VectorJson.Bytes(VectorJson.Required(vector.Inputs, "request"), "request");
        var buffer = TransportVector.Pad(bytes, vector.Buffer.Length, "request");
        try
        {
            RequestCheck.Read(buffer, isCallback, ref table);
        }
        catch (VectorMismatchException reason)
        {
            throw new VectorFormatException($"request is not sound: {reason.Message}");
        }
    }

    public static ObjectId[] OutputObjects(ref readonly ArgumentTable reply)
    {
        var ids = new ObjectId[reply.Counts.OutputObjects];
        for (var i = 0; i < ids.Length; i++) ids[i] = reply.OutputObject(i);
        return ids;
    }

    public static string[] OutputBuffers(ReadOnlySpan<byte> buffer, ref readonly ArgumentTable reply)
    {
        var texts = new string[reply.Counts.OutputBuffers];
        for (var i = 0; i < texts.Length; i++) texts[i] = Convert.ToHexStringLower(reply.OutputBytes(buffer, i));
        return texts;
    }

    /// <summary>Each secure input becomes a handle of its own; at the first that cannot be resolved those before it are put.</summary>
    private static bool TryResolveInputs(LiveIds ids, ref readonly ArgumentTable table, List<uint> resolvedSecure)
    {
        for (var i = 0; i < table.Counts.InputObjects; i++)
        {
            var id = table.InputObject(i);
            if (id.IsSecure) resolvedSecure.Add(id.Value);
            else if (!id.IsNull && !id.IsPrimordial && !ids.IsLiveCallback(id)) return false;
        }

        return true;
    }

    /// <summary>Release and retain never reach a dispatcher; on the primordial object they do nothing.</summary>
    private static Outcome Counted(LiveIds ids, ObjectId target, Operation operation)
    {
        if (operation.IsRelease) ids.Release(target);
        return new Outcome { Dispatch = false, Result = 0, Released = ids.Released, ReleaseSecure = [], Async = Processed };
    }

    private static Outcome Refused(IReadOnlyList<uint> released, IReadOnlyList<uint> put, string async) => new()
    {
        Dispatch = false,
        Result = (int)ResultCode.Unavailable,
        Released = released,
        ReleaseSecure = put,
        Async = async,
    };

    private static Outcome Failed(ResultCode result, IReadOnlyList<uint> put) => new()
    {
        Result = (int)result,
        Released = [],
        ReleaseSecure = put,
        OutputBuffers = [],
        OutputObjects = [],
    };

    /// <summary>The low 32 bits of x2; absent means success.</summary>
    private static ResultCode SmcResult(TransportVector vector) =>
        VectorJson.TryGet(vector.Inputs, "smc_result", out var result)
            ? (ResultCode)unchecked((int)VectorJson.Number(result, "smc_result"))
            : ResultCode.Ok;
}
