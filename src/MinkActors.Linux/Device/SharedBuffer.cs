using System.Globalization;
using System.Runtime.InteropServices;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Device;

/// <summary>Memory of one SHM_ALLOC: a sealed file in memory, mapped here and by the client, and a region of the secure world's memory.</summary>
/// <remarks>
/// The client gets an open file of its own, which its descriptors and mappings share. Whether any of them is left is asked of the kernel: a
/// write lease on our open file is granted only when nobody else has the file open. So nothing has to be told and nothing polled.
/// </remarks>
internal sealed class SharedBuffer
{
    private readonly MappedPages _pages;
    private int _descriptor;

    private SharedBuffer(int descriptor, MappedPages pages, SharedRegion region, TeeContext context)
    {
        _descriptor = descriptor;
        _pages = pages;
        Region = region;
        Context = context;
    }

    public SharedRegion Region { get; }

    /// <summary>Who allocated it: nobody else can name it.</summary>
    public TeeContext Context { get; }

    /// <summary>Its number on the device, from 1.</summary>
    public int Id { get; set; }

    /// <summary>The client may still have a descriptor or a mapping.</summary>
    public bool IsOpenInClient { get; private set; } = true;

    /// <summary>Memory objects made of it that are alive.</summary>
    public int Objects { get; set; }

    /// <summary>Makes the memory, zeroed.</summary>
    /// <param name="size">Whole pages.</param>
    /// <param name="clientDescriptor">The client's open file; the caller's to hand over and close.</param>
    public static Errno TryCreate(ISharedMemory memory, TeeContext context, int size, out SharedBuffer? buffer, out int clientDescriptor)
    {
        buffer = null;
        clientDescriptor = -1;
        var made = Descriptors.MemfdCreate("tee-shm", Descriptors.MemfdCloseOnExec | MemoryMaps.MemfdAllowSealing);
        if (made < 0) return (Errno)Marshal.GetLastPInvokeError();
        var ours = -1;
        try
        {
            if (Descriptors.Truncate(made, size) != 0 || MemoryMaps.Control(made, MemoryMaps.AddSeals, MemoryMaps.SealSize) != 0) return Errno.ENOMEM;

            // Opened anew, so that the kernel counts both open files; the first one it does not count.
            ours = OpenAgain(made);
            clientDescriptor = OpenAgain(made);
            if (ours < 0 || clientDescriptor < 0) return Errno.ENFILE;
            if (MappedPages.Map(ours, size) is not { } pages || memory.Adopt(pages) is not { } region) return Errno.ENOMEM;
            buffer = new SharedBuffer(ours, pages, region, context);
            return Errno.Ok;
        }
        finally
        {
            _ = Descriptors.Close(made);
            if (buffer is null)
            {
                if (ours >= 0) _ = Descriptors.Close(ours);
                if (clientDescriptor >= 0) _ = Descriptors.Close(clientDescriptor);
                clientDescriptor = -1;
            }
        }
    }

    /// <summary>Asks the kernel whether the client has let go. True also when it had before.</summary>
    public bool IsLetGo()
    {
        if (!IsOpenInClient) return true;
        if (MemoryMaps.Control(_descriptor, MemoryMaps.SetLease, MemoryMaps.WriteLease) != 0) return false;
        _ = MemoryMaps.Control(_descriptor, MemoryMaps.SetLease, MemoryMaps.NoLease);
        IsOpenInClient = false;
        return true;
    }

    /// <summary>Its context is closed: nobody can name it any more, whoever has it mapped.</summary>
    public void Orphan()
    {
        if (IsLetGo()) return;
        IsOpenInClient = false;
        _isSharedBeyond = true;
    }

    private bool _isSharedBeyond;

    public void Free(ISharedMemory memory)
    {
        memory.Free(Region);
        if (!_isSharedBeyond) _pages.Discard();
        if (_descriptor >= 0) _ = Descriptors.Close(_descriptor);
        _descriptor = -1;
    }

    private static unsafe int OpenAgain(int descriptor)
    {
        Span<byte> path = stackalloc byte[64];
        path.Clear();
        System.Text.Unicode.Utf8.TryWrite(path, CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}", out _);
        fixed (byte* name = path) return Descriptors.Open(name, Descriptors.ReadWrite | Descriptors.CloseOnExec);
    }
}
