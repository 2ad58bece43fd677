namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>Who started a transfer.</summary>
public enum BusInitiator
{
    /// <summary>The normal world's processors, whatever their privilege.</summary>
    NormalCpu,
    /// <summary>A bus master with an id.</summary>
    Device,
}

/// <summary>What a transfer wanted.</summary>
public enum BusAccess
{
    /// <summary>To read.</summary>
    Read,
    /// <summary>To write.</summary>
    Write,
}

/// <summary>One refused transfer (spec 10 section 8): nothing of it happened.</summary>
/// <param name="Initiator">Kind of the initiator.</param>
/// <param name="Id">The device; 0 otherwise.</param>
/// <param name="Address">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Access">What it wanted.</param>
/// <param name="Region">Handle of the region it met; 0 when there is none.</param>
/// <param name="Time">By the platform's clock.</param>
public sealed record AccessFault(BusInitiator Initiator, uint Id, ulong Address, ulong Length, BusAccess Access, ulong Region, DateTimeOffset Time);

/// <summary>A processor met protected memory.</summary>
/// <param name="fault">What was refused.</param>
public sealed class ProtectedAccessFault(AccessFault fault) : Exception($"{fault.Initiator} may not {fault.Access} {fault.Length} bytes at 0x{fault.Address:X}.")
{
    /// <summary>As in the log.</summary>
    public AccessFault Fault => fault;
}
