using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MinkActors.Protocol.OpTee;

/// <summary>The eight 32-bit registers a0..a7 of an OP-TEE call. A plain value: copying it is a snapshot.</summary>
[InlineArray(Count)]
public struct OpTeeRegisters
{
    /// <summary>Number of registers.</summary>
    public const int Count = 8;
    /// <summary>Size of a memory image, in bytes; each register is a little-endian u32.</summary>
    public const int Size = Count * sizeof(uint);

    private uint _a0;

    /// <summary>A 64-bit number in a pair: the first register has the upper half.</summary>
    public readonly ulong Pair(int first) => ((ulong)this[first] << 32) | this[first + 1];

    /// <summary>Puts a 64-bit number into a pair.</summary>
    public void SetPair(int first, ulong value)
    {
        this[first] = (uint)(value >> 32);
        this[first + 1] = (uint)value;
    }

    /// <summary>A call that carries a message.</summary>
    /// <param name="address">Address of the message, or the cookie for <see cref="OpTeeFunctionId.CallWithRegisteredArg"/>.</param>
    /// <param name="a3">Cache setting (1 = cached), or the offset in the object.</param>
    /// <param name="client">Id of the virtual machine, 0 for none.</param>
    /// <param name="function">One of the three message calls.</param>
    public static OpTeeRegisters Call(ulong address, uint a3 = 1, uint client = 0, OpTeeFunctionId? function = null)
    {
        OpTeeRegisters registers = default;
        registers[0] = (function ?? OpTeeFunctionId.CallWithArg).Value;
        registers.SetPair(1, address);
        registers[3] = a3;
        registers[7] = client;
        return registers;
    }

    /// <summary>A fast call.</summary>
    public static OpTeeRegisters Fast(OpTeeFunctionId function, uint a1 = 0, uint client = 0)
    {
        OpTeeRegisters registers = default;
        registers[0] = function.Value;
        registers[1] = a1;
        registers[7] = client;
        return registers;
    }

    /// <summary>The answer to an RPC return: everything kept, a0 becomes RETURN_FROM_RPC.</summary>
    public static OpTeeRegisters ResumeOf(in OpTeeRegisters rpcReturn)
    {
        var registers = rpcReturn;
        registers[0] = OpTeeFunctionId.ReturnFromRpc.Value;
        return registers;
    }

    /// <summary>The answer to an ALLOC return: address and cookie of the message memory, or 0 and 0 for none.</summary>
    public static OpTeeRegisters ResumeAllocate(in OpTeeRegisters rpcReturn, ulong address, ulong cookie)
    {
        var registers = ResumeOf(rpcReturn);
        registers.SetPair(1, address);
        registers.SetPair(4, cookie);
        return registers;
    }

    /// <summary>A return with only a code.</summary>
    public static OpTeeRegisters Return(OpTeeReturn code)
    {
        OpTeeRegisters registers = default;
        registers[0] = (uint)code;
        return registers;
    }

    /// <summary>An RPC return.</summary>
    public static OpTeeRegisters RpcReturn(OpTeeRpcFunction function, uint a1, uint a2, uint thread)
    {
        OpTeeRegisters registers = default;
        registers[0] = OpTeeReturnWord.Rpc(function);
        registers[1] = a1;
        registers[2] = a2;
        registers[3] = thread;
        return registers;
    }

    /// <summary>A UUID in a0..a3 as the queries return it: each register is four octets read most significant first.</summary>
    public static OpTeeRegisters ReturnUuid(in Guid uuid)
    {
        Span<byte> octets = stackalloc byte[16];
        uuid.TryWriteBytes(octets, bigEndian: true, out _);
        OpTeeRegisters registers = default;
        for (var i = 0; i < 4; i++)
        {
            registers[i] = BinaryPrimitives.ReadUInt32BigEndian(octets[(4 * i)..]);
        }
        return registers;
    }

    /// <summary>The UUID in a0..a3.</summary>
    public readonly Guid Uuid()
    {
        Span<byte> octets = stackalloc byte[16];
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(octets[(4 * i)..], this[i]);
        }
        return new Guid(octets, bigEndian: true);
    }

    /// <summary>The low halves of x0..x7: the upper ones mean nothing here (spec 09, M3).</summary>
    public static OpTeeRegisters From(in SmcRegisters registers)
    {
        OpTeeRegisters low = default;
        (low[0], low[1], low[2], low[3]) = ((uint)registers.X0, (uint)registers.X1, (uint)registers.X2, (uint)registers.X3);
        (low[4], low[5], low[6], low[7]) = ((uint)registers.X4, (uint)registers.X5, (uint)registers.X6, (uint)registers.X7);
        return low;
    }

    /// <summary>As x0..x7, upper halves zero.</summary>
    public readonly SmcRegisters ToSmc() => new()
    {
        X0 = this[0], X1 = this[1], X2 = this[2], X3 = this[3], X4 = this[4], X5 = this[5], X6 = this[6], X7 = this[7],
    };

    /// <summary>Writes the memory image; false when there is no room.</summary>
    public readonly bool TryWrite(Span<byte> image)
    {
        if (image.Length < Size)
        {
            return false;
        }
        for (var i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image[(4 * i)..], this[i]);
        }
        return true;
    }

    /// <summary>Reads a memory image of exactly <see cref="Size"/> bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out OpTeeRegisters registers)
    {
        registers = default;
        if (image.Length != Size)
        {
            return false;
        }
        for (var i = 0; i < Count; i++)
        {
            registers[i] = BinaryPrimitives.ReadUInt32LittleEndian(image[(4 * i)..]);
        }
        return true;
    }
}
