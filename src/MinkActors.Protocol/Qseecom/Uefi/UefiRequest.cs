using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom.Uefi;

/// <summary>
/// A request as the app sees it after the checks of E1 and E2 (spec 08 section 11). Its spans borrow the image that was
/// read, which must be the app's private copy: the normal world can still write the shared one.
/// </summary>
public readonly ref struct UefiRequest
{
    /// <summary>The command; unknown ones are only refused, never interpreted.</summary>
    public UefiCommand Command { get; private init; }
    /// <summary>Name bytes without terminator.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }
    /// <summary>The vendor; nil for a query.</summary>
    public Guid Vendor { get; private init; }
    /// <summary>Get: room for data. Next: room for the name with its terminator. In bytes.</summary>
    public uint Capacity { get; private init; }
    /// <summary>Set and query only.</summary>
    public EfiAttributes Attributes { get; private init; }
    /// <summary>Set only.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    /// <summary>Reads one request.</summary>
    /// <param name="image">The whole request, as long as the app send said.</param>
    /// <param name="request">What was read; of a refused one only the command counts.</param>
    /// <param name="refusal">Which field broke which limit.</param>
    /// <returns>Success; unsupported for an unknown command; invalid parameter for the rest of E1 and for E2.</returns>
    public static EfiStatus Read(ReadOnlySpan<byte> image, out UefiRequest request, out QseecomRefusal refusal)
    {
        request = default;
        if (image.Length < 4)
        {
            refusal = new(QseecomField.Image, 0, image.Length, 4);
            return EfiStatus.InvalidParameter;
        }
        var command = (UefiCommand)Word(image, 0);
        request = new() { Command = command };
        var header = UefiLimits.RequestHeader(command);
        if (header == 0)
        {
            refusal = new(QseecomField.Command, 0, (uint)command, (uint)UefiCommand.QueryVariableInfo);
            return EfiStatus.Unsupported;
        }
        if (image.Length < header)
        {
            refusal = new(QseecomField.Image, 0, image.Length, header);
            return EfiStatus.InvalidParameter;
        }
        if (Word(image, 4) != image.Length)
        {
            refusal = new(QseecomField.Length, 0, Word(image, 4), image.Length);
            return EfiStatus.InvalidParameter;
        }
        var good = command switch
        {
            UefiCommand.GetVariable => ReadGet(image, out request, out refusal),
            UefiCommand.SetVariable => ReadSet(image, out request, out refusal),
            UefiCommand.GetNextVariable => ReadNext(image, out request, out refusal),
            _ => ReadQuery(image, out request, out refusal),
        };
        return good ? EfiStatus.Success : EfiStatus.InvalidParameter;
    }

    private static bool ReadGet(ReadOnlySpan<byte> image, out UefiRequest request, out QseecomRefusal refusal)
    {
        request = new() { Command = UefiCommand.GetVariable };
        if (!ExactName(image, 8, out var name, out refusal) || !VendorAt(image, 16, out var vendor, out refusal))
        {
            return false;
        }
        request = new() { Command = UefiCommand.GetVariable, Name = name, Vendor = vendor, Capacity = Word(image, 24) };
        return true;
    }

    private static bool ReadSet(ReadOnlySpan<byte> image, out UefiRequest request, out QseecomRefusal refusal)
    {
        request = new() { Command = UefiCommand.SetVariable };
        if (!ExactName(image, 8, out var name, out refusal) || !VendorAt(image, 16, out var vendor, out refusal)
            || !Inside(image, 28, QseecomField.Data, out var data, out refusal))
        {
            return false;
        }
        request = new()
        {
            Command = UefiCommand.SetVariable, Name = name, Vendor = vendor, Data = data, Attributes = (EfiAttributes)Word(image, 24),
        };
        return true;
    }

    private static bool ReadNext(ReadOnlySpan<byte> image, out UefiRequest request, out QseecomRefusal refusal)
    {
        request = new() { Command = UefiCommand.GetNextVariable };
        if (!VendorAt(image, 8, out var vendor, out refusal) || !Inside(image, 16, QseecomField.Name, out var room, out refusal))
        {
            return false;
        }
        var end = UefiName.TerminatorAt(room);
        refusal = (room.Length & 1) != 0 ? new(QseecomField.Name, 0, room.Length, room.Length - 1)
            : end < 0 ? new(QseecomField.NameTerminator, 0, end, room.Length) : default;
        if (!refusal.IsNone)
        {
            return false;
        }
        request = new() { Command = UefiCommand.GetNextVariable, Name = room[..end], Vendor = vendor, Capacity = (uint)room.Length };
        return true;
    }

    private static bool ReadQuery(ReadOnlySpan<byte> image, out UefiRequest request, out QseecomRefusal refusal)
    {
        request = new() { Command = UefiCommand.QueryVariableInfo, Attributes = (EfiAttributes)Word(image, 8) };
        refusal = default;
        return true;
    }

    /// <summary>E2: even size, 2..2048 bytes, and the first terminator exactly at the end.</summary>
    private static bool ExactName(ReadOnlySpan<byte> image, int field, out ReadOnlySpan<byte> name, out QseecomRefusal refusal)
    {
        if (!Inside(image, field, QseecomField.Name, out name, out refusal))
        {
            return false;
        }
        refusal = name.Length is 0 or > UefiLimits.NameSizeMax || (name.Length & 1) != 0
            ? new(QseecomField.Name, 0, name.Length, UefiLimits.NameSizeMax)
            : UefiName.TerminatorAt(name) != name.Length - 2
                ? new(QseecomField.NameTerminator, 0, UefiName.TerminatorAt(name), name.Length - 2) : default;
        if (!refusal.IsNone)
        {
            return false;
        }
        name = name[..^2];
        return true;
    }

    private static bool VendorAt(ReadOnlySpan<byte> image, int field, out Guid vendor, out QseecomRefusal refusal)
    {
        vendor = default;
        if (Word(image, field + 4) != UefiLimits.GuidSize)
        {
            refusal = new(QseecomField.Guid, 0, Word(image, field + 4), UefiLimits.GuidSize);
            return false;
        }
        if (!Inside(image, field, QseecomField.Guid, out var bytes, out refusal))
        {
            return false;
        }
        vendor = new Guid(bytes);
        return true;
    }

    private static bool Inside(ReadOnlySpan<byte> image, int field, QseecomField what, out ReadOnlySpan<byte> bytes, out QseecomRefusal refusal)
    {
        bytes = default;
        long offset = Word(image, field), size = Word(image, field + 4);
        if (offset + size > image.Length)
        {
            refusal = new(what, 0, offset + size, image.Length);
            return false;
        }
        bytes = image.Slice((int)offset, (int)size);
        refusal = default;
        return true;
    }

    private static uint Word(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image[offset..]);
}
