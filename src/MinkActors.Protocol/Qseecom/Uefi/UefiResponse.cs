using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom.Uefi;

/// <summary>
/// An answer as the client sees it after U3..U8 (spec 08 section 11). <see cref="Status"/> is what the caller gets; a
/// malformed answer is a device error with <see cref="Refusal"/> saying why. Its spans borrow the image.
/// </summary>
public readonly ref struct UefiResponse
{
    /// <summary>What the caller gets.</summary>
    public EfiStatus Status { get; private init; }
    /// <summary>Why an answer became a device error, or which capacity was too small.</summary>
    public QseecomRefusal Refusal { get; private init; }
    /// <summary>Get: known on success and on buffer too small.</summary>
    public EfiAttributes Attributes { get; private init; }
    /// <summary>Get: size of the data. Next: size of the name with terminator. In bytes; also when it did not fit.</summary>
    public uint Size { get; private init; }
    /// <summary>Get: the data, empty unless it is to be copied.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }
    /// <summary>Next: name bytes without terminator.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }
    /// <summary>Next: the vendor.</summary>
    public Guid Vendor { get; private init; }
    /// <summary>Query: total, remaining and per-variable bytes.</summary>
    public (ulong Storage, ulong Remaining, ulong VariableMax) Space { get; private init; }

    /// <summary>Reads the answer to a get.</summary>
    /// <param name="buffer">The whole response buffer, a private copy.</param>
    /// <param name="capacity">The caller's room for data; 0 without a buffer asks for size and attributes only (U7).</param>
    public static UefiResponse ReadGet(ReadOnlySpan<byte> buffer, uint capacity)
    {
        if (Head(buffer, UefiCommand.GetVariable, 24, exact: false, out var fault))
        {
            return fault;
        }
        var attributes = (EfiAttributes)Word(buffer, 12);
        var size = Word(buffer, 20);
        var status = (EfiStatus)Word(buffer, 8);
        if (status == EfiStatus.BufferTooSmall)
        {
            return new() { Status = status, Attributes = attributes, Size = size };
        }
        if (status != EfiStatus.Success)
        {
            return new() { Status = status };
        }
        if (TooLong(buffer, out fault) || Outside(buffer, 16, QseecomField.Data, out var data, out fault))
        {
            return fault;
        }
        if (capacity != 0 && capacity < size)
        {
            return new()
            {
                Status = EfiStatus.BufferTooSmall, Attributes = attributes, Size = size,
                Refusal = new(QseecomField.Capacity, 0, capacity, size),
            };
        }
        return new() { Attributes = attributes, Size = size, Data = capacity == 0 ? default : data };
    }

    /// <summary>Reads the answer to a set.</summary>
    public static UefiResponse ReadSet(ReadOnlySpan<byte> buffer) =>
        Head(buffer, UefiCommand.SetVariable, 20, exact: true, out var fault) ? fault : new() { Status = (EfiStatus)Word(buffer, 8) };

    /// <summary>Reads the answer to a next.</summary>
    /// <param name="buffer">The whole response buffer, a private copy.</param>
    /// <param name="capacity">The caller's room for the name in bytes.</param>
    public static UefiResponse ReadNext(ReadOnlySpan<byte> buffer, uint capacity)
    {
        if (Head(buffer, UefiCommand.GetNextVariable, 28, exact: false, out var fault))
        {
            return fault;
        }
        var size = Word(buffer, 24);
        var status = (EfiStatus)Word(buffer, 8);
        if (status != EfiStatus.Success)
        {
            return new() { Status = status, Size = status == EfiStatus.BufferTooSmall ? size : 0 };
        }
        if (TooLong(buffer, out fault) || Outside(buffer, 20, QseecomField.Name, out var name, out fault)
            || Outside(buffer, 12, QseecomField.Guid, out var vendor, out fault))
        {
            return fault;
        }
        if (vendor.Length != UefiLimits.GuidSize)
        {
            return Fault(QseecomField.Guid, vendor.Length, UefiLimits.GuidSize);
        }
        if (size > capacity)
        {
            return new() { Status = EfiStatus.BufferTooSmall, Size = size, Refusal = new(QseecomField.Capacity, 0, capacity, size) };
        }
        var end = UefiName.TerminatorAt(name);
        return end < 0
            ? Fault(QseecomField.NameTerminator, end, name.Length)
            : new() { Size = size, Name = name[..end], Vendor = new Guid(vendor) };
    }

    /// <summary>Reads the answer to a query.</summary>
    public static UefiResponse ReadQuery(ReadOnlySpan<byte> buffer)
    {
        if (Head(buffer, UefiCommand.QueryVariableInfo, 40, exact: true, out var fault))
        {
            return fault;
        }
        var status = (EfiStatus)Word(buffer, 8);
        return status != EfiStatus.Success
            ? new() { Status = status }
            : new() { Space = (Long(buffer, 16), Long(buffer, 24), Long(buffer, 32)) };
    }

    /// <summary>U3 and U4. True when the answer is faulty.</summary>
    private static bool Head(ReadOnlySpan<byte> buffer, UefiCommand command, uint header, bool exact, out UefiResponse fault)
    {
        if (buffer.Length < header)
        {
            fault = Fault(QseecomField.Image, buffer.Length, header);
            return true;
        }
        if (Word(buffer, 0) != (uint)command)
        {
            fault = Fault(QseecomField.Command, Word(buffer, 0), (uint)command);
            return true;
        }
        var length = Word(buffer, 4);
        if (exact ? length != header : length < header)
        {
            fault = Fault(QseecomField.Length, length, header);
            return true;
        }
        fault = default;
        return false;
    }

    /// <summary>U6: the length word against the buffer. True when the answer is faulty.</summary>
    private static bool TooLong(ReadOnlySpan<byte> buffer, out UefiResponse fault)
    {
        var length = Word(buffer, 4);
        fault = length > buffer.Length ? Fault(QseecomField.Length, length, buffer.Length) : default;
        return length > buffer.Length;
    }

    /// <summary>U6: offset + size against the length word, in 64 bits. True when the answer is faulty.</summary>
    private static bool Outside(ReadOnlySpan<byte> buffer, int field, QseecomField what, out ReadOnlySpan<byte> bytes, out UefiResponse fault)
    {
        long offset = Word(buffer, field), size = Word(buffer, field + 4), length = Word(buffer, 4);
        if (offset + size > length)
        {
            bytes = default;
            fault = Fault(what, offset + size, length);
            return true;
        }
        bytes = buffer.Slice((int)offset, (int)size);
        fault = default;
        return false;
    }

    private static UefiResponse Fault(QseecomField field, long value, long limit) =>
        new() { Status = EfiStatus.DeviceError, Refusal = new(field, 0, value, limit) };

    private static uint Word(ReadOnlySpan<byte> buffer, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(buffer[offset..]);

    private static ulong Long(ReadOnlySpan<byte> buffer, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(buffer[offset..]);
}
