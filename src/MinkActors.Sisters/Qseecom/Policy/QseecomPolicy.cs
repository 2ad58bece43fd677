namespace MinkActors.Sisters.Qseecom;

/// <summary>Which machines may use QSEECOM: data, not code (spec/08 section 7).</summary>
/// <param name="entries">Looked at in any order: what forbids a machine wins over what allows it.</param>
public sealed class QseecomPolicy(IEnumerable<QseecomPolicyEntry> entries)
{
    /// <summary>The name of the emulated machine.</summary>
    public const string EmulatedMachine = "minkactors,emulated";

    private readonly List<QseecomPolicyEntry> _entries = [.. entries];

    /// <summary>The entries.</summary>
    public IReadOnlyList<QseecomPolicyEntry> Entries => _entries;

    /// <summary>The machine of the seed, those that upstream added later, and the emulated one.</summary>
    public static QseecomPolicy Standard { get; } = new(
    [
        new("lenovo,thinkpad-x13s"),
        new("lenovo,flex-5g"),
        new("lenovo,thinkpad-t14s"),
        new("lenovo,yoga-c630", ReadOnlyUefiVariables: true),
        new("microsoft,romulus13"),
        new("microsoft,romulus15"),
        new("qcom,sc8180x-primus"),
        new("qcom,sc8280xp-crd", ReadOnlyUefiVariables: true),
        new("qcom,x1e80100-crd"),
        new("qcom,x1e80100-qcp"),
        new(EmulatedMachine),
    ]);

    /// <summary>Whether some entry allows one of the machine's names and none forbids one.</summary>
    /// <param name="machine">All its names; compared exactly.</param>
    public bool Allows(IReadOnlyList<string> machine)
    {
        var matches = Matches(machine);
        return matches.Any() && matches.All(entry => entry.Allowed);
    }

    /// <summary>Whether the machine's UEFI variables may only be read.</summary>
    public bool IsUefiReadOnly(IReadOnlyList<string> machine) => Matches(machine).Any(entry => entry.ReadOnlyUefiVariables);

    private IEnumerable<QseecomPolicyEntry> Matches(IReadOnlyList<string> machine) => _entries.Where(entry => machine.Contains(entry.Compatible, StringComparer.Ordinal));
}

/// <summary>What holds for one machine.</summary>
/// <param name="Compatible">Its name, compared exactly.</param>
/// <param name="Allowed">False forbids it, whatever a broader entry says.</param>
/// <param name="ReadOnlyUefiVariables">Its UEFI client has no set.</param>
public sealed record QseecomPolicyEntry(string Compatible, bool Allowed = true, bool ReadOnlyUefiVariables = false);
