using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MinkActors.Protocol.Qseecom;

/// <summary>The eight registers x0..x7 that cross with an SMC, on the way in or out. A plain value: copying it is a snapshot.</summary>
[InlineArray(Count)]
public struct ScmRegisters
{
    /// <summary>Number of registers.</summary>
    public const int Count = 8;

    /// <summary>Size of a memory image, in bytes; each register is a little-endian u64.</summary>
    public const int Size = Count * sizeof(ulong);

    private ulong _x0;

    /// <summary>The same registers as the runtime's monitor call has them.</summary>
    public static ScmRegisters From(in SmcRegisters registers)
    {
        ScmRegisters copy = default;
        copy[0] = registers.X0;
        copy[1] = registers.X1;
        copy[2] = registers.X2;
        copy[3] = registers.X3;
        copy[4] = registers.X4;
        copy[5] = registers.X5;
        copy[6] = registers.X6;
        copy[7] = registers.X7;
        return copy;
    }

    /// <summary>The registers for the runtime's monitor call.</summary>
    public readonly SmcRegisters ToSmc() => new()
    {
        X0 = this[0], X1 = this[1], X2 = this[2], X3 = this[3], X4 = this[4], X5 = this[5], X6 = this[6], X7 = this[7],
    };

    /// <summary>Writes the memory image. False, with nothing written, when there is no room for it.</summary>
    public readonly bool TryWrite(Span<byte> image)
    {
        if (image.Length < Size)
        {
            return false;
        }
        for (var i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(image[(8 * i)..], this[i]);
        }
        return true;
    }

    /// <summary>Reads a memory image of exactly <see cref="Size"/> bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out ScmRegisters registers)
    {
        registers = default;
        if (image.Length != Size)
        {
            return false;
        }
        for (var i = 0; i < Count; i++)
        {
            registers[i] = BinaryPrimitives.ReadUInt64LittleEndian(image[(8 * i)..]);
        }
        return true;
    }
}
