using System.Reflection;
using System.Runtime.Loader;

namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Runs the standard campaign against a room with one mutation in it, in a load context of its own.</summary>
internal static class MutantRunner
{
    private static readonly string Here = AppContext.BaseDirectory;

    /// <summary>Runs the campaign until it finds something or the budget ends. A null mutation is the room as it is.</summary>
    public static CampaignResult Run(string room, Mutation? mutation, TimeSpan budget, ulong lastSeed = ulong.MaxValue >> 2)
    {
        var context = new MutantContext(room, MutantRoom.Of(room).Compile(mutation));
        try
        {
            var testing = context.LoadFromAssemblyPath(Path.Combine(Here, "MinkActors.Testing.dll"));
            var optionsType = testing.GetType("MinkActors.Testing.CampaignOptions", throwOnError: true)!;
            var options = Activator.CreateInstance(optionsType)!;
            void Set(string name, object value) => optionsType.GetProperty(name)!.SetValue(options, value);
            Set("LastSeed", lastSeed);
            Set("Budget", budget);
            Set("StopAtFirstFailure", true);
            Set("ShrinkRuns", 0);
            var result = testing.GetType("MinkActors.Testing.SimulationCampaign", throwOnError: true)!.GetMethod("Run", [optionsType])!.Invoke(null, [options])!;
            return CampaignResult.FromJson((string)result.GetType().GetMethod("ToJson")!.Invoke(result, null)!);
        }
        finally
        {
            context.Unload();
        }
    }

    /// <summary>Every room above the actors is loaded anew, so that all of them meet the mutant.</summary>
    private sealed class MutantContext(string room, byte[] image) : AssemblyLoadContext("mutant", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name == room) return LoadFromStream(new MemoryStream(image));
            return assemblyName.Name is "MinkActors" or "MinkActors.Protocol" or "MinkActors.Sisters" or "MinkActors.Emulator" or "MinkActors.Testing"
                ? LoadFromAssemblyPath(Path.Combine(Here, assemblyName.Name + ".dll"))
                : null;
        }
    }
}
