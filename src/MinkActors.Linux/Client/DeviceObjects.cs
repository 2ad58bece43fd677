using MinkActors.Actors;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Client;

/// <summary>Objects as the device names them, and as the runtime's messages do.</summary>
/// <remarks>
/// A secure object's number in our context is its wire id less 2, for wire ids start at 2. A callback object's number is its wire id: each
/// export has an id of its own, as the device makes a user object of its own each time, so the device's notice gives up just that id.
/// The device tells nobody of the end of a memory object, so its wire id is given up when the call that carried it is over.
/// </remarks>
internal sealed class DeviceObjects(NormalDomain domain, DeviceMemory memory)
{
    public static ulong SecureNumber(ObjectId id) => id.Value - SecureId.FirstValue;

    /// <summary>An object of ours on its way to the device; false for what the device cannot carry.</summary>
    /// <param name="known">The object behind a callback id.</param>
    public bool TryToDevice(ObjectId id, MinkObject? known, bool isOutput, out TeeParameter parameter)
    {
        var attr = (ulong)(isOutput ? ParameterKind.ObjrefOutput : ParameterKind.ObjrefInput);
        parameter = new TeeParameter(attr, TeeLimits.NullObject, 0, 0);
        if (id.IsNull) return true;
        if (id.IsSecure) parameter = new TeeParameter(attr, SecureNumber(id), (ulong)ObjectFlags.Tee, 0);
        else if (known is MemoryObject shared) parameter = new TeeParameter(attr, (ulong)memory.IdOf(shared.Region), (ulong)ObjectFlags.Memory, 0);
        else if (id.IsCallback) parameter = new TeeParameter(attr, id.Value, (ulong)ObjectFlags.User, 0);
        return parameter.B != 0 && (parameter.B != (ulong)ObjectFlags.Memory || parameter.A != 0);
    }

    /// <summary>The wire id of what came from the device. A number that is no id of ours resolves to nothing later on.</summary>
    public static ObjectId FromDevice(in TeeParameter parameter)
    {
        if (parameter.A == TeeLimits.NullObject) return ObjectId.Null;
        return (ObjectFlags)parameter.B switch
        {
            ObjectFlags.User when parameter.A <= uint.MaxValue => new ObjectId((uint)parameter.A),
            ObjectFlags.Tee when parameter.A <= SecureId.LastValue - SecureId.FirstValue => new ObjectId((uint)parameter.A + SecureId.FirstValue),
            _ => ObjectId.Primordial,                    // nothing that may be passed: refused where ids are resolved
        };
    }

    /// <summary>Asks the object table, and waits for its turn. On one of our own threads, which may wait.</summary>
    public TableRequest Ask(Action<TableRequest> question)
    {
        var asker = domain.Actors.Spawn(new Asker());
        var request = new TableRequest(asker);
        question(request);
        domain.Table.Tell(request);
        asker.Answered.Wait();
        domain.Actors.Stop(asker);
        return request;
    }

    /// <summary>The objects behind callback ids, one reference each; null where there is none.</summary>
    public MinkObject?[] Find(ReadOnlySpan<ObjectId> ids)
    {
        var found = new MinkObject?[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            if (!ids[i].IsCallback) continue;
            var id = ids[i];
            found[i] = Ask(request => (request.Step, request.TargetId) = (TableStep.ResolveRequest, id)).Target;
        }

        return found;
    }

    /// <summary>The secure world, or the device for it, has given up these ids.</summary>
    public void Release(params ReadOnlySpan<uint> ids)
    {
        var given = ids.ToArray();
        Ask(request =>
        {
            request.Step = TableStep.Release;
            foreach (var id in given) request.AddRelease(id);
        });
    }

    private sealed class Asker : Actor
    {
        public ManualResetEventSlim Answered { get; } = new();

        protected override void Receive(Message message) => Answered.Set();
    }
}
