using System.Runtime.CompilerServices;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>Registers this side as a client of the secure world (spec/04 section 3).</summary>
public static class ClientRegistration
{
    /// <summary>Registers with credentials, which the secure world reads through a callback object while this call runs.</summary>
    /// <param name="system">The system.</param>
    /// <param name="credentials">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ClientEnvException">The credentials are refused.</exception>
    public static async ValueTask<ClientEnvironment> OpenClientEnvAsync(this MinkSystem system, Credentials credentials, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(credentials);
        using var readable = system.Export(new CredentialsObject(credentials.Encode(system.Actors.Time)), file, line);
        using var reply = await system.Root.InvokeAsync(IClientEnv.Ops.RegisterAsClient, cancellationToken, Argument.In(readable), Argument.OutObject);
        if (!reply.IsOk) throw new ClientEnvException(reply.Code, "registerAsClient");
        return new ClientEnvironment(system, reply.TakeObject(0, file, line) ?? throw new MinkException(ResultCode.BadObject, "registerAsClient answered no environment."));
    }

    /// <summary>Registers as a user at a given time; see <see cref="OpenClientEnvAsync(MinkSystem, Credentials, CancellationToken, string, int)"/>.</summary>
    public static ValueTask<ClientEnvironment> OpenClientEnvAsync(this MinkSystem system, uint userId, DateTimeOffset? time = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        system.OpenClientEnvAsync(new Credentials(userId, time), cancellationToken, file, line);
}
