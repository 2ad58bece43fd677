using System.Runtime.CompilerServices;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The normal world's object table: which callback id stands for which object. The only place where numbers and references are translated.</summary>
/// <remarks>
/// Each live id stands for exactly one reference that S holds (more after RETAIN). Export takes that reference, release and
/// withdrawal put it: so an object behind a live id is alive, and a look-up in a turn can always take one more (spec/01 section 3,
/// spec/11 I-04, I-05). One outside a turn may come too late (<see cref="Resolve"/>).
/// </remarks>
internal sealed class ObjectTable : Actor
{
    private readonly NormalDomain _domain;
    private readonly IdTable _ids;

    public ObjectTable(NormalDomain domain)
    {
        _domain = domain;
        _ids = new IdTable(domain.Limits.CallbackIds);
        if (domain.Limits.FirstCallbackId is { } first && CallbackId.TryCreate(first, out var id)) _ids.Next = id;
    }

    protected override string DefaultName => "object table";

    /// <summary>Live ids; a figure for reports, read from any thread.</summary>
    public int Count => _ids.Count;

    /// <summary>For reports when nothing runs.</summary>
    public IEnumerable<(ObjectId Id, MinkObject Target, int References)> Entries() => _ids.Entries();

    /// <summary>The short way, for a request that names its target and nothing else: no turn. One reference is the caller's; null when
    /// the id names nothing.</summary>
    /// <remarks>Any thread. An id that is released at this moment may still be found, as if the request had come before: the count
    /// never rises from zero, so what is found is taken or is gone (spec/11 I-05).</remarks>
    public MinkObject? Resolve(ObjectId id)
    {
        if (id.IsPrimordial) return _domain.Primordial;
        return _ids.Find(id) is { } target && target.TryRetain() ? target : null;
    }

    protected override void Turn(Message message, object? run)
    {
        if (message is TableRequest request)
        {
            Serve(request);
            request.GiveBack(run);
        }
        else Receive(message);
    }

    protected override void Receive(Message message) => ((TakeBackAll)message).Reply(TakeBack());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Serve(TableRequest request)
    {
        // With a final reply S may hand an object over and give up its id in one message: the objects come first there
        // (spec/01 section 8, steps 10 and 11). With a callback request the releases do (section 6).
        if (request.Step == TableStep.ResolveReply)
        {
            request.Outcome = ResolveObjects(request);
            ReleaseAll(request);
            return;
        }
        if (request.ReleaseCount > 0) ReleaseAll(request);
        request.Outcome = request.Step switch
        {
            TableStep.Export => Export(request),
            TableStep.Withdraw => Withdraw(request),
            TableStep.ResolveRequest => ResolveRequest(request),
            TableStep.CountRequest => CountRequest(request),
            _ => TableOutcome.Done,
        };
    }

    private void ReleaseAll(TableRequest request)
    {
        foreach (var id in request.Releases) Release(new ObjectId(id));
    }

    /// <summary>A new id for each callback object, also for the same one twice (spec/01 section 3.1). All or none.</summary>
    private TableOutcome Export(TableRequest request)
    {
        for (var i = 0; i < request.Count; i++)
        {
            request.Ids[i] = ObjectId.Null;
            if (request.Objects[i] is not { } target) continue;
            if (target is SecureObject secure)
            {
                // Sending a secure object back moves no reference: the caller's handle lives through the call.
                request.Ids[i] = secure.Id;
                continue;
            }
            if (!_ids.TryAdd(target, out var id))
            {
                request.Count = i;
                Withdraw(request);
                return TableOutcome.NoIds;
            }
            target.Retain();
            request.Ids[i] = id;
            _domain.Observer?.Exported(target, id);
        }
        return TableOutcome.Done;
    }

    /// <summary>Takes ids back by our own record of what was given, never by what stands in shared memory (spec/11 D-10).</summary>
    /// <remarks>Such an id dies (spec/01 section 3.4): what a peer that guessed it had put behind it with RETAIN goes too, or the
    /// peer would keep an object that it was never given (spec/11 D-16).</remarks>
    private TableOutcome Withdraw(TableRequest request)
    {
        for (var i = 0; i < request.Count; i++)
        {
            if (!request.Ids[i].IsCallback) continue;
            while (Release(request.Ids[i]))
            {
            }
            request.Ids[i] = ObjectId.Null;
        }
        return TableOutcome.Done;
    }

    private TableOutcome ResolveRequest(TableRequest request)
    {
        // Input objects are resolved even when the target is unknown: a secure id in a refused message still is a
        // reference that S gave and that must go back (spec/11 I-02).
        var objects = request.Count == 0 ? TableOutcome.Done : ResolveObjects(request);
        if (!TryResolveTarget(request)) return TableOutcome.UnknownTarget;
        return objects;
    }

    private bool TryResolveTarget(TableRequest request)
    {
        request.Target = Resolve(request.TargetId);
        return request.Target is not null;
    }

    /// <summary>Every id is tried, whatever became of those before it, so that S's counts stay right (spec/02 section 7.3).</summary>
    private TableOutcome ResolveObjects(TableRequest request)
    {
        var outcome = TableOutcome.Done;
        for (var i = 0; i < request.Count; i++)
        {
            var id = request.Ids[i];
            request.Objects[i] = null;
            if (id.IsNull) continue;
            if (id.IsSecure)
            {
                if (_domain.TryImport(id, out var secure)) request.Objects[i] = secure;
                else outcome = TableOutcome.UnknownObject;
            }
            else if (_ids.Find(id) is { } known)
            {
                known.Retain();
                request.Objects[i] = known;
            }
            else outcome = TableOutcome.UnknownObject;    // unknown, root or primordial: spec/11 D-24
        }
        return outcome;
    }

    private TableOutcome CountRequest(TableRequest request)
    {
        // RELEASE and RETAIN take no arguments; references that came along all the same are resolved to be put.
        ResolveObjects(request);
        var id = request.TargetId;
        if (id.IsPrimordial) return TableOutcome.Done;
        if (_ids.Find(id) is not { } target) return TableOutcome.UnknownTarget;
        if (request.IsRetain)
        {
            target.Retain();
            _ids.Retain(id);
            _domain.Observer?.Retained(target, id);
        }
        else Release(id);
        return TableOutcome.Done;
    }

    /// <summary>Drops one reference behind the id; false when the id names nothing.</summary>
    private bool Release(ObjectId id)
    {
        if (_ids.Drop(id) is not { } target) return false;
        _domain.Observer?.Unexported(target, id);
        target.Release();
        return true;
    }

    /// <summary>S is gone: each id's references are put, so that release() of each object runs once (spec/11 D-87).</summary>
    private int TakeBack()
    {
        var taken = 0;
        foreach (var (id, _, references) in _ids.Entries().ToList())
        {
            for (var i = 0; i < references; i++) Release(id);
            taken++;
        }
        return taken;
    }

    /// <summary>Asks for every id to be taken back; answers how many there were.</summary>
    internal sealed class TakeBackAll : Request<int>;
}
