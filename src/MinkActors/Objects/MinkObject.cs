using MinkActors.Actors;

namespace MinkActors;

/// <summary>An object with a lifetime: an actor with a count of the references to it.</summary>
/// <remarks>
/// The count is one atomic word, the only state of an actor that others touch: taking a reference must be one step with
/// looking the object up (spec/11 I-05), in whichever turn the look-up happens. It never rises from zero. Everything else
/// that an object knows changes in its own turns.
/// </remarks>
internal abstract class MinkObject : Actor
{
    /// <summary>The count of an object that is not counted.</summary>
    protected const int Uncounted = -1;

    private int _references;

    protected MinkObject(Domain domain, int references)
    {
        Domain = domain;
        _references = references;
    }

    public Domain Domain { get; }

    protected sealed override bool HasStart => false;

    /// <summary>References now: handles, live ids and running transactions together (spec/11 I-01).</summary>
    public int References => Volatile.Read(ref _references);

    public abstract ObjectKind Kind { get; }

    /// <summary>Static objects (root, primordial) are not counted: taking and putting does nothing (spec/01 section 1).</summary>
    public bool IsCounted => _references != Uncounted;

    /// <summary>Adds one reference for somebody who holds one already.</summary>
    public void Retain() => Invariant.Holds(TryRetain());

    /// <summary>Adds one reference, unless the last one is gone: for those who may race with its owner.</summary>
    public bool TryRetain()
    {
        var seen = References;
        if (seen == Uncounted) return true;
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen) return true;
            seen = before;
        }
        return false;
    }

    /// <summary>Gives one reference up. The one that reaches zero ends the object, in a turn of its own.</summary>
    public void Release()
    {
        if (!IsCounted) return;
        var left = Interlocked.Decrement(ref _references);
        Invariant.Holds(left >= 0);
        if (left == 0) LastReferenceGone();
    }

    /// <summary>A dispatch of this object ended with 0, and that was delivered or not: its code may want to know (spec/01 section 8).</summary>
    public virtual void NotifyReply(bool isDelivered)
    {
    }

    /// <summary>A pooled transaction that will call this object; its arguments are still to be written.</summary>
    public abstract Invocation BeginInvocation();

    /// <summary>A new handle that takes over one reference the caller owns.</summary>
    public virtual Capability CreateHandle(string file, int line) => new(this, file, line);

    /// <summary>Hosts what this object answers with: in its domain, and with its fate.</summary>
    public virtual Capability ExportBeside(IMinkObject implementation, string file, int line) => Domain.Export(implementation, file, line);

    /// <summary>Runs on the thread that put the last reference: only tells, never does the work.</summary>
    protected abstract void LastReferenceGone();
}
