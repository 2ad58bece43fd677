using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom.Uefi;

/// <summary>
/// The client's half of a request: checks what U2 of spec 08 asks, lays the image out, and writes it. Every method returns
/// <see cref="EfiStatus.Success"/> with the size written, or the status the caller gets without any SMC: invalid parameter
/// for U2, out of resources when the block has no room.
/// </summary>
/// <remarks>Gaps between the fields are zeroed, so a reused block leaks nothing.</remarks>
public static class UefiRequestWriter
{
    /// <summary>Asks for a variable's data; <paramref name="capacity"/> 0 asks for its size only.</summary>
    public static EfiStatus TryWriteGet(Span<byte> block, ReadOnlySpan<char> name, in Guid vendor, uint capacity,
        out int size, out QseecomRefusal refusal)
    {
        size = 0;
        var layout = new Layout(28, name.Length);
        if (!Check(block, name, layout.GuidEnd, out refusal, out var status))
        {
            return status;
        }
        size = (int)layout.GuidEnd;
        Begin(block, UefiCommand.GetVariable, size);
        PutName(block, 8, name, layout);
        PutGuid(block, 16, vendor, layout);
        BinaryPrimitives.WriteUInt32LittleEndian(block[24..], capacity);
        return EfiStatus.Success;
    }

    /// <summary>Sets, appends to, or deletes (no data, or no attributes) a variable.</summary>
    public static EfiStatus TryWriteSet(Span<byte> block, ReadOnlySpan<char> name, in Guid vendor, EfiAttributes attributes,
        ReadOnlySpan<byte> data, out int size, out QseecomRefusal refusal)
    {
        size = 0;
        var layout = new Layout(36, name.Length);
        if (!Check(block, name, layout.GuidEnd + data.Length, out refusal, out var status))
        {
            return status;
        }
        size = (int)layout.GuidEnd + data.Length;
        Begin(block, UefiCommand.SetVariable, size);
        PutName(block, 8, name, layout);
        PutGuid(block, 16, vendor, layout);
        BinaryPrimitives.WriteUInt32LittleEndian(block[24..], (uint)attributes);
        BinaryPrimitives.WriteUInt32LittleEndian(block[28..], (uint)layout.GuidEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(block[32..], (uint)data.Length);
        data.CopyTo(block[(int)layout.GuidEnd..]);
        return EfiStatus.Success;
    }

    /// <summary>Asks for the name behind <paramref name="previous"/>; the empty name starts from the beginning.</summary>
    /// <param name="block">The transaction's memory.</param>
    /// <param name="previous">Must fit the capacity with its terminator.</param>
    /// <param name="vendor">The previous name's vendor; not looked at for the empty name.</param>
    /// <param name="capacity">Room for the next name in bytes; rounded down to whole units.</param>
    /// <param name="size">Bytes of the request.</param>
    /// <param name="refusal">Why not.</param>
    public static EfiStatus TryWriteNext(Span<byte> block, ReadOnlySpan<char> previous, in Guid vendor, uint capacity,
        out int size, out QseecomRefusal refusal)
    {
        size = 0;
        capacity &= ~1u;
        if (2L * (previous.Length + 1L) > capacity)
        {
            refusal = new(QseecomField.Capacity, 0, capacity, 2L * (previous.Length + 1L));
            return EfiStatus.InvalidParameter;
        }
        if (!Check(block, previous, 40L + capacity, out refusal, out var status))
        {
            return status;
        }
        size = 40 + (int)capacity;
        Begin(block, UefiCommand.GetNextVariable, size);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], 24);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], UefiLimits.GuidSize);
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], 40);
        BinaryPrimitives.WriteUInt32LittleEndian(block[20..], capacity);
        vendor.TryWriteBytes(block[24..]);
        UefiName.Encode(previous, block[40..]);
        return EfiStatus.Success;
    }

    /// <summary>Asks for the storage sizes of variables with these attributes.</summary>
    public static EfiStatus TryWriteQuery(Span<byte> block, EfiAttributes attributes, out int size, out QseecomRefusal refusal)
    {
        size = 0;
        if (!Check(block, [], 12, out refusal, out var status))
        {
            return status;
        }
        size = 12;
        Begin(block, UefiCommand.QueryVariableInfo, size);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], (uint)attributes);
        return EfiStatus.Success;
    }

    private static bool Check(Span<byte> block, ReadOnlySpan<char> name, long size, out QseecomRefusal refusal, out EfiStatus status)
    {
        // Alignment: struct, name at 2, GUID at 4, data at 1; a name with a zero unit inside would end early at the peer.
        refusal = name.Length >= UefiLimits.NameUnitsMax
            ? new(QseecomField.Name, 0, name.Length + 1L, UefiLimits.NameUnitsMax)
            : name.Contains('\0') ? new(QseecomField.NameTerminator, 0, name.IndexOf('\0'), name.Length) : default;
        status = EfiStatus.InvalidParameter;
        if (refusal.IsNone && size > block.Length)
        {
            refusal = new(QseecomField.Image, 0, size, block.Length);
            status = EfiStatus.OutOfResources;
        }
        return refusal.IsNone;
    }

    private static void Begin(Span<byte> block, UefiCommand command, int size)
    {
        block[..size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(block, (uint)command);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], (uint)size);
    }

    private static void PutName(Span<byte> block, int field, ReadOnlySpan<char> name, in Layout layout)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block[field..], (uint)layout.NameStart);
        BinaryPrimitives.WriteUInt32LittleEndian(block[(field + 4)..], (uint)layout.NameSize);
        UefiName.Encode(name, block[layout.NameStart..]);
    }

    private static void PutGuid(Span<byte> block, int field, in Guid vendor, in Layout layout)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block[field..], (uint)layout.GuidStart);
        BinaryPrimitives.WriteUInt32LittleEndian(block[(field + 4)..], UefiLimits.GuidSize);
        vendor.TryWriteBytes(block[(int)layout.GuidStart..]);
    }

    /// <summary>Where name and GUID go behind a header.</summary>
    private readonly struct Layout(int header, int units)
    {
        public int NameStart => header;
        public long NameSize => 2L * (units + 1L);
        public long GuidStart => UefiLimits.Align4(header + NameSize);
        public long GuidEnd => GuidStart + UefiLimits.GuidSize;
    }
}
