using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>One arrival of a secure object: a handle of count 1, for which one RELEASE is owed (spec/01 section 4).</summary>
/// <remarks>The same secure object received twice is two of these. The last put queues it for release; it is found by nobody then.</remarks>
internal sealed class SecureObject : MinkObject
{
    private readonly NormalDomain _domain;

    public SecureObject(NormalDomain domain, ObjectId id) : base(domain, id.IsRoot ? Uncounted : 1)
    {
        _domain = domain;
        Id = id;
    }

    public ObjectId Id { get; }

    public override ObjectKind Kind => Id.IsRoot ? ObjectKind.Root : ObjectKind.Secure;

    protected override string DefaultName => Id.IsRoot ? "root" : $"secure {Id.Value:x8}";

    /// <summary>Next in the release queue.</summary>
    public SecureObject? NextRelease { get; set; }

    public override Invocation BeginInvocation() => _domain.RentInvocation();

    protected override void LastReferenceGone() => _domain.Releases.Add(this);

    protected override void Receive(Message message) { }
}
