using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Qsee.Uefi;

/// <summary>What a variable is found by: exact compare of both parts (E3). The name's units need not be valid text.</summary>
public readonly record struct VariableKey(string Name, Guid Vendor)
{
    /// <summary>Bytes of the name as it travels: UTF-16 with terminator.</summary>
    public int NameSize => 2 * (Name.Length + 1);
}

/// <summary>One variable. The data is never changed in place.</summary>
public sealed record UefiVariable(VariableKey Key, EfiAttributes Attributes, byte[] Data)
{
    /// <summary>What it takes from the storage: name bytes and data bytes.</summary>
    public long Cost => Key.NameSize + (long)Data.Length;

    /// <summary>True when it outlives a restart.</summary>
    public bool IsNonVolatile => (Attributes & EfiAttributes.NonVolatile) != 0;
}
