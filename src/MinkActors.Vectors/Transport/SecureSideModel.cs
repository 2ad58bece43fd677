using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>What the secure side does with what it reads (doc 02, 7.4 and 7.5), with objects that answer 0.</summary>
internal static class SecureSideModel
{
    public static Outcome DirectRequest(TransportVector vector)
    {
        var ids = new LiveIds(vector);
        var table = default(ArgumentTable);
        var sound = DirectMessage.TryReadRequest(vector.Buffer, out var target, out var operation, ref table, out _, out var answer);
        if (!sound) return Refused(answer, in table);
        if (!target.IsRoot && !ids.IsLiveSecure(target)) return Refused(ResultCode.BadObject, in table);
        if (operation.CountsReferences)
        {
            uint[] put = operation.IsRelease && !target.IsRoot ? [target.Value] : [];
            return new Outcome { Dispatch = false, Result = 0, Released = [], ReleaseSecure = put };
        }

        for (var i = 0; i < table.Counts.InputObjects; i++)
        {
            var id = table.InputObject(i);
            if (id.IsSecure && !ids.IsLiveSecure(id)) return Refused(ResultCode.BadObject, in table);
        }

        return new Outcome { Dispatch = true, Result = 0, Released = [], ReleaseSecure = [] };
    }

    /// <summary>The vector's request is the secure side's own. The result is what the calling trusted application sees.</summary>
    public static Outcome CallbackResponse(TransportVector vector)
    {
        var request = default(ArgumentTable);
        NormalSideModel.ReadOwnRequest(vector, isCallback: true, ref request);
        var result = CallbackMessage.ReadResult(vector.Buffer);
        if (result != ResultCode.Ok) return Failed(result, []);

        var ids = new LiveIds(vector);
        var reply = default(ArgumentTable);
        var sound = CallbackMessage.TryReadReply(vector.Buffer, in request, ref reply, out _);
        var objects = NormalSideModel.OutputObjects(in reply);
        if (!sound || objects.Any(id => id.IsSecure && !ids.IsLiveSecure(id)))
            return Failed(ResultCode.Unavailable, [.. objects.Where(id => id.IsCallback).Select(id => id.Value).Distinct()]);
        return new Outcome
        {
            Result = 0,
            Released = [],
            ReleaseSecure = [],
            OutputBuffers = NormalSideModel.OutputBuffers(vector.Buffer, in reply),
            OutputObjects = [.. objects.Select(id => id.Value)],
        };
    }

    /// <summary>A refused request still gave its callback inputs away, so they are released with the answer.</summary>
    private static Outcome Refused(ResultCode answer, ref readonly ArgumentTable table)
    {
        var released = new List<uint>();
        for (var i = 0; i < table.Counts.InputObjects; i++)
        {
            var id = table.InputObject(i);
            if (id.IsCallback) released.Add(id.Value);
        }

        return new Outcome { Dispatch = false, Result = (int)answer, Released = released, ReleaseSecure = [] };
    }

    private static Outcome Failed(ResultCode result, IReadOnlyList<uint> released) => new()
    {
        Result = (int)result,
        Released = released,
        ReleaseSecure = [],
        OutputBuffers = [],
        OutputObjects = [],
    };
}
