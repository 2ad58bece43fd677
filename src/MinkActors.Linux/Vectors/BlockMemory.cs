using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Vectors;

/// <summary>A client's memory that holds one argument and one block, for readers that insist on reading from a client.</summary>
internal readonly struct BlockMemory(byte[] block) : IClientMemory
{
    /// <summary>Where the argument lies.</summary>
    public const ulong Argument = 0x1000;

    /// <summary>Where the block lies; also what the argument says.</summary>
    public const ulong Block = 0x2000;

    public bool TryRead(ulong address, Span<byte> into)
    {
        Span<byte> argument = stackalloc byte[BufferArgument.SizeBytes];
        new BufferArgument(Block, (ulong)block.Length).Write(argument);
        return TryCopy(argument, Argument, address, into) || TryCopy(block, Block, address, into);
    }

    public bool TryWrite(ulong address, ReadOnlySpan<byte> from) => false;

    public bool TryGetSharedMemory(ulong id, out ulong sizeBytes)
    {
        sizeBytes = 0;
        return false;
    }

    private static bool TryCopy(ReadOnlySpan<byte> held, ulong at, ulong address, Span<byte> into)
    {
        if (address < at || address - at > (ulong)held.Length || (ulong)into.Length > (ulong)held.Length - (address - at)) return false;
        held.Slice((int)(address - at), into.Length).CopyTo(into);
        return true;
    }
}
