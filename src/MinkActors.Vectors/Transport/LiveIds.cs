using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>The small model of live ids that a malformed vector's context sets up: just enough to decide what liveness decides. Each callback id
/// stands for one reference.</summary>
internal sealed class LiveIds
{
    private readonly HashSet<uint> _callbacks;
    private readonly HashSet<uint> _secure;

    public LiveIds(TransportVector vector)
    {
        _callbacks = Read(vector, "live_callback_ids");
        _secure = Read(vector, "live_secure_ids");
    }

    /// <summary>Callback ids erased so far.</summary>
    public List<uint> Released { get; } = [];

    public bool IsLiveCallback(ObjectId id) => id.IsCallback && _callbacks.Contains(id.Value);

    public bool IsLiveSecure(ObjectId id) => id.IsSecure && _secure.Contains(id.Value);

    /// <summary>Unknown ids, and ids that are no callback ids, are skipped (doc 01, section 6).</summary>
    public void Release(ObjectId id)
    {
        if (id.IsCallback && _callbacks.Remove(id.Value)) Released.Add(id.Value);
    }

    /// <summary>Applies each sound message of an asynchronous area; a fault ends the reading and nothing else.</summary>
    public void ReleaseAll(ReadOnlySpan<byte> area)
    {
        var reader = new AsyncReleaseReader(area);
        while (reader.TryNext(out var message))
        {
            for (var i = 0; i < message.Count; i++) Release(new ObjectId(message[i]));
        }
    }

    private static HashSet<uint> Read(TransportVector vector, string field) =>
        [.. VectorJson.List(vector.Inputs, field).Select(id => VectorJson.Word(id, field))];
}
