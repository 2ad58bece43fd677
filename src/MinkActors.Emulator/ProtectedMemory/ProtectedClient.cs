namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>Who asks the provider: one session of one machine. Owns what it creates (spec 10 section 1).</summary>
/// <param name="virtualMachine">0 for a local client; a client behind a mediator may name no address and see none (R14).</param>
public sealed class ProtectedClient(uint virtualMachine = 0)
{
    /// <summary>Client id of its machine.</summary>
    public uint VirtualMachine => virtualMachine;

    /// <summary>Behind a mediator.</summary>
    public bool IsGuest => virtualMachine != 0;

    internal bool HasEnded { get; set; }
}
