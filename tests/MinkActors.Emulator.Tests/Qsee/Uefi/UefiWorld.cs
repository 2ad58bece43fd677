using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Tests.Qsee.Uefi;

/// <summary>A store, its storage, and short ways to say things to it.</summary>
internal sealed class UefiWorld
{
    public const EfiAttributes Kept = EfiAttributes.NonVolatile | EfiAttributes.BootService | EfiAttributes.Runtime;
    public static readonly Guid Vendor = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    public UefiWorld(IVariableStorage? storage = null, UefiStoreLimits? limits = null)
    {
        Storage = storage ?? new MemoryVariableStorage();
        Store = new(Storage, limits);
        App = new(Store);
    }

    public IVariableStorage Storage { get; }
    public UefiVariableStore Store { get; }
    public UefiSecureApp App { get; }

    public EfiStatus Set(string name, byte[] data, EfiAttributes attributes = Kept) => Store.Set(new(name, Vendor), attributes, data);

    public string Names => string.Join(",", Store.Variables.Select(variable => $"{variable.Key.Name}={Convert.ToHexString(variable.Data)}"));

    /// <summary>Sends a get and reads the answer as the client would.</summary>
    public UefiResponse Get(string name, uint capacity, int room = 4096)
    {
        var block = new byte[4096];
        Assert.Equal(EfiStatus.Success, UefiRequestWriter.TryWriteGet(block, name, Vendor, capacity, out var size, out _));
        var response = new byte[room];
        App.Handle(block.AsSpan(0, size), response);
        return UefiResponse.ReadGet(response, capacity);
    }

    public UefiResponse Next(string name, uint capacity, Guid? vendor = null)
    {
        var block = new byte[4096];
        Assert.Equal(EfiStatus.Success, UefiRequestWriter.TryWriteNext(block, name, vendor ?? Vendor, capacity, out var size, out _));
        var response = new byte[4096];
        App.Handle(block.AsSpan(0, size), response);
        return UefiResponse.ReadNext(response, capacity);
    }
}
