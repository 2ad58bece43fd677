namespace MinkActors.Testing;

/// <summary>The standard scenarios by name.</summary>
public static class ScenarioCatalog
{
    /// <summary>All of them, in the order in which a campaign visits them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        CallScenarios.FirstCall,
        CallScenarios.NestedCallbacks,
        ExchangeScenarios.Exchange,
        ReferenceScenarios.HandedAround,
        ExchangeScenarios.Holders,
        ReferenceScenarios.MemoryOrders,
        ReferenceScenarios.ReleaseStorm,
        KernelScenarios.ReleaseOrder,
        KernelScenarios.Primordial,
        DeathScenarios.ClientDies,
        DeathScenarios.ApplicationDies,
        DeathScenarios.Cancelled,
        DeathScenarios.Deadlines,
        LimitScenarios.IdsWrap,
        LimitScenarios.TableFull,
        LimitScenarios.SlotsExhausted,
        LimitScenarios.OneObject,
        ObjectScenarios.Unruly,
        StopScenarios.Stop,
        HostileScenarios.SecureWorld,
        HostileScenarios.Client,
        QseecomScenarios.Listeners,
        QseecomScenarios.Variables,
        OpTeeScenarios.Calls,
        OpTeeScenarios.Notifications,
        OpTeeScenarios.Guests,
        OpTeeScenarios.Hostile,
        ProtectedMemoryScenarios.Regions,
        ProtectedObjectScenarios.Objects,
    ];

    /// <summary>One by name, several by a comma between, or all by <c>all</c>.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message lists them.</exception>
    public static IReadOnlyList<Scenario> Find(string names)
    {
        if (names is "all" or "") return All;
        return [.. names.Split(',', StringSplitOptions.TrimEntries).Select(name => All.FirstOrDefault(scenario => scenario.Name == name)
            ?? throw new ArgumentException($"There is no scenario '{name}'; there are {string.Join(", ", All.Select(scenario => scenario.Name))}."))];
    }
}
