using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom.Uefi;

/// <summary>
/// The app's half of an answer. The room is the response buffer of the app send. Each method returns the bytes written, or
/// 0 when even the fixed header does not fit: then the app send itself answers FAILURE (spec 08, E1).
/// </summary>
public static class UefiResponseWriter
{
    /// <summary>An answer without content: any error, or the success of a set.</summary>
    /// <param name="room">The response buffer.</param>
    /// <param name="command">The request's command. An unknown one gets 20 bytes, cut to the room.</param>
    /// <param name="status">What to report.</param>
    public static int WriteStatus(Span<byte> room, UefiCommand command, EfiStatus status)
    {
        var size = UefiLimits.ResponseHeader(command);
        if (UefiLimits.RequestHeader(command) != 0)
        {
            return Begin(room, command, size, status) ? size : 0;
        }
        Span<byte> whole = stackalloc byte[20];
        Begin(whole, command, size, status);
        var cut = Math.Min(size, room.Length);
        whole[..cut].CopyTo(room);
        return cut;
    }

    /// <summary>A variable's data. The caller has checked that it fits the capacity and the room (E3).</summary>
    public static int WriteGet(Span<byte> room, EfiAttributes attributes, ReadOnlySpan<byte> data)
    {
        var size = 24L + data.Length;
        if (size > room.Length || !Begin(room, UefiCommand.GetVariable, (int)size, EfiStatus.Success))
        {
            return 0;
        }
        Put(room, 12, (uint)attributes);
        Put(room, 16, 24);
        Put(room, 20, (uint)data.Length);
        data.CopyTo(room[24..]);
        return (int)size;
    }

    /// <summary>Buffer too small: attributes and the size needed; data offset 0, length 24.</summary>
    public static int WriteGetTooSmall(Span<byte> room, EfiAttributes attributes, uint needed)
    {
        if (!Begin(room, UefiCommand.GetVariable, 24, EfiStatus.BufferTooSmall))
        {
            return 0;
        }
        Put(room, 12, (uint)attributes);
        Put(room, 20, needed);
        return 24;
    }

    /// <summary>The next variable's vendor and name.</summary>
    /// <param name="room">The response buffer.</param>
    /// <param name="vendor">Its vendor.</param>
    /// <param name="name">Name bytes without terminator; one is written.</param>
    public static int WriteNext(Span<byte> room, in Guid vendor, ReadOnlySpan<byte> name)
    {
        var size = 28L + UefiLimits.GuidSize + name.Length + 2;
        if (size > room.Length || !Begin(room, UefiCommand.GetNextVariable, (int)size, EfiStatus.Success))
        {
            return 0;
        }
        Put(room, 12, 28);
        Put(room, 16, UefiLimits.GuidSize);
        Put(room, 20, 44);
        Put(room, 24, (uint)name.Length + 2);
        vendor.TryWriteBytes(room[28..]);
        name.CopyTo(room[44..]);
        return (int)size;
    }

    /// <summary>The name does not fit: its size with the terminator, and nothing else (E8).</summary>
    public static int WriteNextTooSmall(Span<byte> room, uint neededNameSize)
    {
        if (!Begin(room, UefiCommand.GetNextVariable, 28, EfiStatus.BufferTooSmall))
        {
            return 0;
        }
        Put(room, 24, neededNameSize);
        return 28;
    }

    /// <summary>The storage sizes, in bytes.</summary>
    public static int WriteQuery(Span<byte> room, ulong storage, ulong remaining, ulong variableMax)
    {
        if (!Begin(room, UefiCommand.QueryVariableInfo, 40, EfiStatus.Success))
        {
            return 0;
        }
        BinaryPrimitives.WriteUInt64LittleEndian(room[16..], storage);
        BinaryPrimitives.WriteUInt64LittleEndian(room[24..], remaining);
        BinaryPrimitives.WriteUInt64LittleEndian(room[32..], variableMax);
        return 40;
    }

    private static bool Begin(Span<byte> room, UefiCommand command, int size, EfiStatus status)
    {
        if (room.Length < size)
        {
            return false;
        }
        room[..size].Clear();
        Put(room, 0, (uint)command);
        Put(room, 4, (uint)size);
        Put(room, 8, (uint)status);
        return true;
    }

    private static void Put(Span<byte> room, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(room[offset..], value);
}
