namespace MinkActors;

/// <summary>A reference to shared memory: pass it as an input object, and the callee may map it.</summary>
public sealed class MemoryCapability : Capability
{
    internal MemoryCapability(MemoryObject target, string file, int line) : base(target, file, line) { }

    /// <summary>The bytes, shared: the callee may change them at any time while it holds a mapping. Page-rounded length.</summary>
    /// <remarks>Do not keep the span beyond the disposal of the reference.</remarks>
    /// <exception cref="UnauthorizedAccessException">The memory is protected: only the secure world and granted devices reach it (spec 10, O1).</exception>
    public Span<byte> Span => Region is { IsProtected: false } region ? region.Owner : throw new UnauthorizedAccessException("The memory is protected (EPERM).");

    /// <summary>Some of the bytes are out of the normal world's reach: the reference can be held and passed on, and no more (spec 10, O1).</summary>
    public bool IsProtected => Region.IsProtected;

    /// <summary>Bytes, a multiple of the page size.</summary>
    public int Size => ((MemoryObject)Target).Region.Size;

    internal SharedRegion Region => ((MemoryObject)Target).Region;
}
