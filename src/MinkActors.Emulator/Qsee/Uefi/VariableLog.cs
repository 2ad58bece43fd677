using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Qsee.Uefi;

/// <summary>
/// Non-volatile variables as a log that survives a crash at any byte: an 8-byte mark, then records
/// {u32 body size, u32 checksum of size and body, body}. A body is {u32 kind, u32 attributes, 16 bytes vendor, u32 name bytes,
/// u32 data bytes, name without terminator, data}. Reading stops at the first record that is not whole; what is behind it never happened.
/// </summary>
/// <remarks>One owner, no thread of its own. A write that fails leaves the end of the log in doubt, so the next write replaces the whole.</remarks>
public sealed class VariableLog
{
    private const int RecordHeader = 8;
    private const int BodyHeader = 32;
    private const uint Put = 1;
    private const uint Delete = 2;

    /// <summary>Garbage that is tolerated before the log is written anew.</summary>
    private const int CompactBeyond = 256 * 1024;

    private static ReadOnlySpan<byte> Mark => "MUEFI\0\0\x01"u8;

    private readonly IVariableStorage _storage;
    private long _size;
    private bool _endInDoubt;

    private VariableLog(IVariableStorage storage) => _storage = storage;

    /// <summary>Opens a log and gives its live variables in the order they were created.</summary>
    /// <param name="storage">Bytes of an earlier log, or none. Bytes that are no log are refused rather than overwritten.</param>
    /// <param name="variables">The live ones.</param>
    /// <exception cref="InvalidDataException">The storage holds something else.</exception>
    public static VariableLog Open(IVariableStorage storage, out IReadOnlyList<UefiVariable> variables)
    {
        var bytes = storage.ReadAll();
        var mark = Mark[..Math.Min(bytes.Length, Mark.Length)];
        if (!bytes.AsSpan().StartsWith(mark))
        {
            throw new InvalidDataException("The variable file does not begin with its mark.");
        }
        var live = new List<UefiVariable>();
        var at = Mark.Length;
        while (at < bytes.Length && TryReadRecord(bytes.AsSpan(at), out var kind, out var variable, out var size))
        {
            Apply(live, kind, variable!);
            at += size;
        }
        variables = live;
        // A torn end, or a mark cut short, must not stand before the next record.
        return new(storage) { _size = at, _endInDoubt = at != bytes.Length };
    }

    /// <summary>Records a new or changed variable; durable on return.</summary>
    /// <param name="variable">As it is from now on.</param>
    /// <param name="after">All non-volatile variables as they are from now on, for the case that the log is written anew.</param>
    /// <exception cref="IOException">Nothing can be relied on but what was recorded before.</exception>
    public void RecordPut(UefiVariable variable, IEnumerable<UefiVariable> after) => Write(Put, variable, after);

    /// <summary>Records a deletion; durable on return.</summary>
    /// <inheritdoc cref="RecordPut"/>
    public void RecordDelete(UefiVariable variable, IEnumerable<UefiVariable> after) => Write(Delete, variable with { Data = [] }, after);

    private void Write(uint kind, UefiVariable variable, IEnumerable<UefiVariable> after)
    {
        var record = Record(kind, variable);
        var replace = _endInDoubt || _size + record.Length > CompactBeyond;
        _endInDoubt = true;
        if (replace)
        {
            byte[] whole = [.. Mark, .. after.SelectMany(live => Record(Put, live))];
            _storage.Replace(whole);
            _size = whole.Length;
        }
        else
        {
            _storage.Append(record);
            _size += record.Length;
        }
        _endInDoubt = false;
    }

    private static void Apply(List<UefiVariable> live, uint kind, UefiVariable variable)
    {
        var index = live.FindIndex(known => known.Key == variable.Key);
        if (kind == Delete)
        {
            if (index >= 0)
            {
                live.RemoveAt(index);
            }
        }
        else if (index >= 0)
        {
            live[index] = variable;
        }
        else
        {
            live.Add(variable);
        }
    }

    private static byte[] Record(uint kind, UefiVariable variable)
    {
        var name = MemoryMarshal.AsBytes(variable.Key.Name.AsSpan());
        var record = new byte[RecordHeader + BodyHeader + name.Length + variable.Data.Length];
        var body = record.AsSpan(RecordHeader);
        BinaryPrimitives.WriteUInt32LittleEndian(body, kind);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], (uint)variable.Attributes);
        variable.Key.Vendor.TryWriteBytes(body[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(body[24..], (uint)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(body[28..], (uint)variable.Data.Length);
        for (var i = 0; i < variable.Key.Name.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(body[(BodyHeader + 2 * i)..], variable.Key.Name[i]);
        }
        variable.Data.CopyTo(body[(BodyHeader + name.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum(body));
        return record;
    }

    private static bool TryReadRecord(ReadOnlySpan<byte> bytes, out uint kind, out UefiVariable? variable, out int size)
    {
        (kind, variable, size) = (0, null, 0);
        if (bytes.Length < RecordHeader + BodyHeader)
        {
            return false;
        }
        var bodySize = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (bodySize < BodyHeader || bodySize > bytes.Length - RecordHeader)
        {
            return false;
        }
        var body = bytes.Slice(RecordHeader, (int)bodySize);
        long nameSize = BinaryPrimitives.ReadUInt32LittleEndian(body[24..]), dataSize = BinaryPrimitives.ReadUInt32LittleEndian(body[28..]);
        kind = BinaryPrimitives.ReadUInt32LittleEndian(body);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Checksum(body) || BodyHeader + nameSize + dataSize != bodySize
            || (nameSize & 1) != 0 || kind is not (Put or Delete))
        {
            return false;
        }
        var name = new char[nameSize / 2];
        UefiName.Decode(body.Slice(BodyHeader, (int)nameSize), name);
        variable = new(new(new string(name), new Guid(body.Slice(8, 16))),
            (EfiAttributes)BinaryPrimitives.ReadUInt32LittleEndian(body[4..]), body[(BodyHeader + (int)nameSize)..].ToArray());
        size = RecordHeader + (int)bodySize;
        return true;
    }

    /// <summary>CRC-32C over the size and the body, so that a run of zeros is no record.</summary>
    private static uint Checksum(ReadOnlySpan<byte> body)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (uint)body.Length);
        foreach (var octet in body)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }
        return ~crc;
    }
}
