using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>Which provider serves a capability, best first; fixed at boot (spec 10 section 4). Any thread.</summary>
/// <param name="providers">In this order.</param>
public sealed class ProviderDirectory(params ProviderDescription[] providers)
{
    /// <summary>With the default provider of protected memory alone.</summary>
    public static ProviderDirectory Default { get; } = new(ProtectedMemoryService.Description);

    /// <summary>Serves QueryProvider.</summary>
    /// <param name="input">In: capability and ordinal.</param>
    public ProtectedAnswer Query(ReadOnlySpan<byte> input)
    {
        if (!ProviderQuery.TryRead(input, out var query)) return ProtectedAnswer.Of(ProtectedMemoryError.BadParameters);
        var found = providers.Where(provider => provider.Capability == query.Capability).ElementAtOrDefault((int)Math.Min(query.Ordinal, int.MaxValue));
        if (found == default) return ProtectedAnswer.Of(ProtectedMemoryError.NotFound);
        var output = new byte[ProviderDescription.Size];
        found.Write(output);
        return new ProtectedAnswer(ProtectedMemoryError.Ok, output);
    }
}
