namespace MinkActors.Emulator;

/// <summary>What the secure world knows of a client, from the credentials it registered with (spec/04 section 4).</summary>
/// <param name="UserId">The user that the client says it runs as; null for the kernel.</param>
/// <param name="SystemTime">The client's clock when it registered, in milliseconds since 1970; null when it did not say.</param>
/// <param name="IsKernel">Registered with the null object, as only the driver does.</param>
/// <param name="Whitelist">The only class UIDs it may open; null: all.</param>
public sealed record ClientIdentity(uint? UserId, ulong? SystemTime, bool IsKernel, IReadOnlySet<uint>? Whitelist)
{
    /// <summary>The driver.</summary>
    public static ClientIdentity Kernel { get; } = new(null, null, true, null);

    internal ClientIdentity LimitedTo(IReadOnlySet<uint>? whitelist) => whitelist is null
        ? this
        : this with { Whitelist = Whitelist is null ? whitelist : new HashSet<uint>(Whitelist.Intersect(whitelist)) };

    internal bool MayOpen(uint uid) => Whitelist is null || Whitelist.Contains(uid);
}
