using System.Buffers.Binary;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Tests.Abi;

/// <summary>Client memory of one readable and writable stretch; everything around it faults.</summary>
internal sealed class FakeMemory(int sizeBytes) : IClientMemory
{
    public const ulong Start = 0x10000;

    public byte[] Bytes { get; } = new byte[sizeBytes];

    public List<(ulong Address, int Length)> Written { get; } = [];

    public Dictionary<ulong, ulong> SharedMemory { get; } = [];

    public FakeMemory Put(ulong address, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan((int)(address - Start)), value);
        return this;
    }

    public FakeMemory Put(ulong address, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Bytes.AsSpan((int)(address - Start)));
        return this;
    }

    public bool TryRead(ulong address, Span<byte> into)
    {
        if (!Holds(address, into.Length)) return false;
        Bytes.AsSpan((int)(address - Start), into.Length).CopyTo(into);
        return true;
    }

    public bool TryWrite(ulong address, ReadOnlySpan<byte> from)
    {
        if (!Holds(address, from.Length)) return false;
        Written.Add((address, from.Length));
        from.CopyTo(Bytes.AsSpan((int)(address - Start)));
        return true;
    }

    public bool TryGetSharedMemory(ulong id, out ulong size) => SharedMemory.TryGetValue(id, out size);

    private bool Holds(ulong address, int length) =>
        address >= Start && address - Start <= (ulong)Bytes.Length && (ulong)length <= (ulong)Bytes.Length - (address - Start);
}
