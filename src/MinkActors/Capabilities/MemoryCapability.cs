namespace MinkActors;

/// <summary>A reference to shared memory: pass it as an input object, and the callee may map it.</summary>
public sealed class MemoryCapability : Capability
{
    internal MemoryCapability(MemoryObject target, string file, int line) : base(target, file, line) { }

    /// <summary>The bytes, shared: the callee may change them at any time while it holds a mapping. Page-rounded length.</summary>
    /// <remarks>Do not keep the span beyond the disposal of the reference.</remarks>
    public Span<byte> Span => ((MemoryObject)Target).Region.Owner;

    /// <summary>Bytes, a multiple of the page size.</summary>
    public int Size => ((MemoryObject)Target).Region.Size;

    internal SharedRegion Region => ((MemoryObject)Target).Region;
}
