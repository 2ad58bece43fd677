namespace MinkActors.Protocol;

/// <summary>Where one buffer argument lies in its message. One that came out of an <see cref="ArgumentTable"/> lies inside it.</summary>
/// <param name="Offset">Bytes from the start of the message's buffer, a multiple of 8.</param>
/// <param name="Size">Bytes: the length of an input, the capacity of an output, or what of it a reply filled.</param>
public readonly record struct BufferEntry(int Offset, int Size)
{
    internal ulong Raw => (uint)Offset | (ulong)(uint)Size << 32;

    internal static BufferEntry FromRaw(ulong raw) => new((int)raw, (int)(raw >> 32));
}
