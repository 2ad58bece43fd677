using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Sisters.Qseecom.Uefi;

/// <summary>What a get gave.</summary>
/// <param name="Status">Success, or why not.</param>
/// <param name="Attributes">Known on success and on buffer too small.</param>
/// <param name="Size">Bytes of the data; also when they did not fit.</param>
public readonly record struct EfiGetResult(EfiStatus Status, EfiAttributes Attributes = EfiAttributes.None, uint Size = 0);

/// <summary>What a next gave.</summary>
/// <param name="Status">Success, not found behind the last, or why not.</param>
/// <param name="Name">The name, without terminator.</param>
/// <param name="Vendor">Its vendor.</param>
/// <param name="NameSize">Bytes of the name with terminator; also when it did not fit.</param>
public readonly record struct EfiNextResult(EfiStatus Status, string Name = "", Guid Vendor = default, uint NameSize = 0);

/// <summary>What a query gave, in bytes.</summary>
/// <param name="Status">Success, or why not.</param>
/// <param name="Storage">For all variables.</param>
/// <param name="Remaining">Of that, not used.</param>
/// <param name="VariableMax">For one variable.</param>
public readonly record struct EfiQueryResult(EfiStatus Status, ulong Storage = 0, ulong Remaining = 0, ulong VariableMax = 0);

/// <summary>A variable as it was read.</summary>
/// <param name="Name">Without terminator.</param>
/// <param name="Vendor">Whose it is.</param>
/// <param name="Attributes">How it is kept.</param>
/// <param name="Data">Its bytes.</param>
public sealed record EfiVariable(string Name, Guid Vendor, EfiAttributes Attributes, byte[] Data);

/// <summary>An operation on UEFI variables did not succeed.</summary>
public sealed class EfiException : Exception
{
    internal EfiException(string what, EfiStatus status) : base($"{what}: {status} (0x{status.ToEfi64():X16}, {status.ToErrno()})") => Status = status;

    /// <summary>Why.</summary>
    public EfiStatus Status { get; }
}
