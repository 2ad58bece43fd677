namespace MinkActors;

/// <summary>Who holds which reference (spec/11 I-01): for every counted object, its count against the handles, the live ids and the transactions that hold it.</summary>
/// <remarks>To be read when no turn runs: at quiet, or between two steps of a simulation.</remarks>
internal sealed class Ledger
{
    private readonly Dictionary<MinkObject, Entry> _entries = [];
    private readonly NormalDomain _domain;

    private Ledger(NormalDomain domain) => _domain = domain;

    /// <summary>Each counted object that anybody is known to hold.</summary>
    public IReadOnlyCollection<Entry> Entries => _entries.Values;

    public static Ledger Of(MinkSystem mink) => Of(mink.Domain);

    public static Ledger Of(NormalDomain domain)
    {
        var ledger = new Ledger(domain);
        foreach (var handle in domain.Handles.ToList())
        {
            if (handle.TargetOrNull is { } held) ledger.EntryOf(held).Handles++;
        }
        foreach (var (_, target, references) in domain.Table.Entries())
        {
            ledger.EntryOf(target).Ids += references;
        }
        foreach (var invocation in domain.Invocations())
        {
            invocation.CollectReferences(held => ledger.EntryOf(held).InFlight++);
        }
        return ledger;
    }

    /// <summary>What does not add up, one line each; empty when every reference has exactly one owner.</summary>
    public IEnumerable<string> Imbalances()
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.Target.IsCounted && !entry.IsBalanced) yield return entry.ToString();
        }
        var secure = _entries.Keys.Count(target => target is SecureObject { IsCounted: true }) + _domain.Releases.Pending;
        if (secure != _domain.SecureHandles) yield return $"{_domain.SecureHandles} secure handles were received and not released, {secure} are held or queued for release";
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(Environment.NewLine, _entries.Values);

    private Entry EntryOf(MinkObject target)
    {
        if (!_entries.TryGetValue(target, out var entry)) _entries[target] = entry = new Entry(target);
        return entry;
    }

    /// <summary>One object's references, by holder.</summary>
    internal sealed class Entry(MinkObject target)
    {
        public MinkObject Target => target;

        /// <summary>Held by code of this domain.</summary>
        public int Handles { get; set; }

        /// <summary>Held by S, behind live ids with their retain counts.</summary>
        public int Ids { get; set; }

        /// <summary>In the hands of running transactions.</summary>
        public int InFlight { get; set; }

        public bool IsBalanced => target.References == Handles + Ids + InFlight;

        public override string ToString() => $"{target.Name}: {target.References} references, {Handles} handles, {Ids} behind ids, {InFlight} in flight";
    }
}
