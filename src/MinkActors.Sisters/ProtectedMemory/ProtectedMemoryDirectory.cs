using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>Finds who provides protected memory (spec 10 section 4). Only the directory's own name is known beforehand.</summary>
public static class ProtectedMemoryDirectory
{
    private const uint OrdinalsMax = 16;

    /// <summary>Opens the best provider that speaks Mink.</summary>
    /// <exception cref="ProtectedMemoryException">NOT_FOUND: nobody provides it, over this carrier, in a version that fits.</exception>
    /// <exception cref="MinkException">There is no directory (10).</exception>
    public static async Task<MinkProtectedMemory> OpenAsync(ClientEnvironment environment, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(environment);
        await using var directory = new MinkCarrier(await environment.OpenAsync(ProtectedMemoryLimits.DirectoryUid, options.CancellationToken));
        var found = await FindAsync(directory, ProtectedMemoryCarriers.Mink, options);
        return new MinkProtectedMemory(new MinkCarrier(await environment.OpenAsync(found.MinkUid, options.CancellationToken)), found);
    }

    /// <summary>Opens a session with the best provider that speaks OP-TEE.</summary>
    /// <exception cref="ProtectedMemoryException">NOT_FOUND: nobody provides it, over this carrier, in a version that fits.</exception>
    /// <exception cref="OpTeeResultException">There is no directory, or the session was refused.</exception>
    public static async Task<ProtectedMemoryClient> OpenAsync(OpTeeSystem system, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        await using var directory = new OpTeeCarrier(await system.OpenSessionAsync(ProtectedMemoryLimits.Directory));
        var found = await FindAsync(directory, ProtectedMemoryCarriers.OpTee, options);
        return new ProtectedMemoryClient(new OpTeeCarrier(await system.OpenSessionAsync(found.Uuid)), found);
    }

    /// <summary>Finds the best provider that speaks QSEECOM, and the application by which it is reached.</summary>
    /// <param name="system">The system.</param>
    /// <param name="application">The provider's application: the directory's answer has no room for its name.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <exception cref="ProtectedMemoryException">NOT_FOUND: nobody provides it, over this carrier, in a version that fits.</exception>
    /// <exception cref="QseecomException">ENOENT: directory or application are not loaded.</exception>
    public static async Task<ProtectedMemoryClient> OpenAsync(QseecomSystem system, string application, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        await using var directory = new QseecomCarrier(await system.FindAppAsync(ProtectedMemoryLimits.DirectoryApp, options));
        var found = await FindAsync(directory, ProtectedMemoryCarriers.Qseecom, options);
        return new ProtectedMemoryClient(new QseecomCarrier(await system.FindAppAsync(application, options)), found);
    }

    /// <summary>The first provider that can be used over the carrier, in a version that fits.</summary>
    internal static async Task<ProviderDescription> FindAsync(IProtectedMemoryCarrier directory, ProtectedMemoryCarriers over, CallOptions options)
    {
        for (var ordinal = 0u; ordinal < OrdinalsMax; ordinal++)
        {
            var query = new byte[ProviderQuery.Size];
            new ProviderQuery(ProtectedMemoryLimits.Capability, ordinal).Write(query);
            var reply = await directory.InvokeAsync((ProtectedMemoryOperation)ProtectedMemoryLimits.QueryProvider, query, ProviderDescription.Size, options);
            if (reply.Error == ProtectedMemoryError.NotFound) break;
            if (reply.Error != ProtectedMemoryError.Ok) throw new ProtectedMemoryException(reply.Error, $"The directory does not tell provider {ordinal}");
            if (ProviderDescription.TryRead(reply.Output, out var found) && found.Carriers.HasFlag(over) && found.Flags == 0 && found.Serves(ProtectedMemoryLimits.Api)) return found;
        }
        throw new ProtectedMemoryException(ProtectedMemoryError.NotFound, $"Nobody provides protected memory over {over} in version {ProtectedMemoryLimits.Api >> 16}.{ProtectedMemoryLimits.Api & 0xFFFF}");
    }
}
