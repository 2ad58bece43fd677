namespace MinkActors.Linux.Abi;

/// <summary>
/// The memory of the program that makes a call, as the ABI's readers need it. An address is the program's own and may be anything;
/// a refusal means EFAULT. Implemented by an intercepted call, and by plain arrays in tests.
/// </summary>
internal interface IClientMemory
{
    /// <summary>Copies the whole range in, or answers false; what was copied before a fault is not to be used.</summary>
    bool TryRead(ulong address, Span<byte> into);

    /// <summary>Copies the whole range out, or answers false; a part may have been written.</summary>
    bool TryWrite(ulong address, ReadOnlySpan<byte> from);

    /// <summary>Size in bytes of the context's shared memory of that id; false when this context has none.</summary>
    bool TryGetSharedMemory(ulong id, out ulong sizeBytes);
}
