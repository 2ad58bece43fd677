using System.Collections.Frozen;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The root object (<paramref name="identity"/> null) and every client environment (spec/04 section 3).</summary>
internal sealed class ClientEnvironmentObject(SecureServices services, ClientIdentity? identity) : ClientEnvSkeleton
{
    private const ResultCode NotFound = IOpener.Errors.NotFound;
    private const ResultCode NotPrivileged = IOpener.Errors.Privilege;

    private bool IsPrivileged => identity is null or { IsKernel: true };

    protected override ValueTask<ResultCode> OpenAsync(OpenCall call)
    {
        if (identity is null || !identity.MayOpen(call.Uid)) return new(NotPrivileged);
        if (!services.TryMake(call.Uid, identity, out var service)) return new(NotFound);
        call.SetService(service);
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> RegisterLegacyAsync(RegisterLegacyCall call)
    {
        if (!CredentialsMap.TryRead(call.Credentials.ToArray(), out var client)) return new(ResultCode.Error);
        call.SetEnvironment(Environment(client, null));
        return new(ResultCode.Ok);
    }

    protected override async ValueTask<ResultCode> RegisterAsClientAsync(RegisterAsClientCall call)
    {
        // Ours, and given up before the answer: the client's thread that drops it may be the one that waits for us (C4).
        using var credentials = call.Call.TakeInput(0);
        if (credentials is null) return ResultCode.Invalid;
        if (await CredentialsReader.ReadAsync(new IoProxy(credentials)) is not { } client) return ResultCode.Error;
        call.SetEnvironment(Environment(client, null));
        return ResultCode.Ok;
    }

    protected override async ValueTask<ResultCode> RegisterWithWhitelistAsync(RegisterWithWhitelistCall call)
    {
        using var credentials = call.Call.TakeInput(0);
        if (credentials is null || call.Call.Input(0).Length % sizeof(uint) != 0) return ResultCode.Invalid;
        var whitelist = call.Uids.ToArray().ToFrozenSet();
        if (await CredentialsReader.ReadAsync(new IoProxy(credentials)) is not { } client) return ResultCode.Error;
        call.SetEnvironment(Environment(client, whitelist));
        return ResultCode.Ok;
    }

    protected override async ValueTask<ResultCode> RegisterWithCredentialsAsync(RegisterWithCredentialsCall call)
    {
        using var credentials = call.Call.TakeInput(0);
        var client = credentials is null ? ClientIdentity.Kernel : await CredentialsReader.ReadAsync(new IoProxy(credentials));
        if (client is null) return ResultCode.Error;
        call.SetEnvironment(Environment(client, null));
        return ResultCode.Ok;
    }

    protected override ValueTask<ResultCode> NotifyDomainChangeAsync(NotifyDomainChangeCall call) =>
        new(IsPrivileged && services.IsNothingOpen ? ResultCode.Ok : ResultCode.Error);

    protected override ValueTask<ResultCode> LoadCmnlibFromBufferAsync(LoadCmnlibFromBufferCall call)
    {
        if (!ElfImage.TryRead(call.Image, out _)) return new(ResultCode.Invalid);
        return new(services.TryLoadCommonLibrary() ? ResultCode.Ok : IClientEnv.Errors.CommonlibsAlreadyLoaded);
    }

    protected override ValueTask<ResultCode> ConfigTaRegionAsync(ConfigTaRegionCall call) =>
        new(services.TrySetApplicationRegion() ? ResultCode.Ok : IClientEnv.Errors.AppRegionAlreadySet);

    protected override async ValueTask<ResultCode> AdciAcceptAsync(AdciAcceptCall call)
    {
        if (!IsPrivileged) return ResultCode.Error;
        await services.Adci.WaitAsync(call.Call.Cancellation);
        return ResultCode.Ok;
    }

    protected override ValueTask<ResultCode> AdciShutdownAsync(AdciShutdownCall call)
    {
        if (!IsPrivileged) return new(ResultCode.Error);
        services.Adci.Open();
        return new(ResultCode.Ok);
    }

    // Who was registered through a limited environment does not come out of it with more.
    private ClientEnvironmentObject Environment(ClientIdentity client, IReadOnlySet<uint>? whitelist) =>
        new(services, client.LimitedTo(whitelist).LimitedTo(identity?.Whitelist));
}
