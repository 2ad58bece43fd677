using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>The moment at which a message takes its effect on ids: the turn of the object table that serves it, where it needs one.</summary>
internal sealed partial class WireWatch
{
    private WireCall? _served;

    /// <summary>A message is about to reach the object table.</summary>
    public void TableTurnBegins(Message message)
    {
        if (message is ObjectTable.TakeBackAll)
        {
            IdBooks.StopBegins();
            return;
        }
        if (message is not TableRequest request) return;
        var asker = RuntimeState.ReplyTo(request);
        var call = _calls.GetValueOrDefault(asker);
        // A reply's objects are looked up before what it gives up goes (spec/01 section 8, steps 10 and 11); a request's after (section 6).
        if (call is { IsDue: true, HasCallback: false }) LookUp(call);
        _served = call is { IsDue: true, HasCallback: true } ? call : null;
        IdBooks.TurnBegins(asker, call);
    }

    public void TableTurnEnds()
    {
        IdBooks.TurnEnds();
        if (_served is { } call) Serve(call);
        _served = null;
    }

    private void Serve(WireCall call)
    {
        call.Target = ObjectAt(call.Callback.Object);
        LookUp(call);
    }

    private void LookUp(WireCall call)
    {
        call.Objects.Clear();
        call.AreObjectsKnown = true;
        foreach (var id in call.ObjectIds)
        {
            call.Objects.Add(ObjectAt(id));
            if (id is 1 or Primordial || id > Primordial && !IdBooks.IsAlive(id)) call.AreObjectsKnown = false;
        }
    }

    private MinkObject? ObjectAt(uint id) => id == Primordial ? World.Domain.Primordial : _ids.Live.TryGetValue(id, out var live) ? live.Target : null;

    /// <summary>What came with the last message has to be served before anything is made of it. A request that names its target and nothing
    /// else needs no turn: it is looked up in the step that asks here.</summary>
    private void RequireServed(WireCall call, string what)
    {
        if (!call.IsDue) return;
        if (call.NamesTargetOnly)
        {
            call.IsDue = false;
            Serve(call);
        }
        else _violated("I-19", $"{what} though the object table has not seen the message that this comes of");
    }
}
