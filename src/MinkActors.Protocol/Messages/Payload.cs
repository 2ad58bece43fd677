using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MinkActors.Protocol;

/// <summary>The bytes of buffer arguments.</summary>
public static class Payload
{
    private const int SmallMax = 2 * 32;

    /// <summary>Copies bytes of a message. Most arguments are a few words: up to 64 bytes are moved in place, for a call to the
    /// library's copy costs more than they do.</summary>
    /// <param name="from">All of it is copied.</param>
    /// <param name="to">At least as long; bytes behind stay as they are. The two may overlap.</param>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var size = from.Length;
        if (size > to.Length || size is < 16 or > SmallMax)
        {
            from.CopyTo(to);
            return;
        }

        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to);
        // Two pieces that meet in the middle or overlap there; both are read before either is written.
        if (size <= 32)
        {
            var last = (nuint)(size - 16);
            var (head, tail) = (Vector128.LoadUnsafe(ref source), Vector128.LoadUnsafe(ref source, last));
            head.StoreUnsafe(ref target);
            tail.StoreUnsafe(ref target, last);
        }
        else
        {
            var last = (nuint)(size - 32);
            var (head, tail) = (Vector256.LoadUnsafe(ref source), Vector256.LoadUnsafe(ref source, last));
            head.StoreUnsafe(ref target);
            tail.StoreUnsafe(ref target, last);
        }
    }
}
