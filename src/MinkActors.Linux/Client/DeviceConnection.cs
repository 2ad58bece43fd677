using System.Runtime.InteropServices;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Client;

/// <summary>Our open file of a TEE device: one context of its own, checked to be QTEE's.</summary>
internal sealed unsafe class DeviceConnection : IDisposable
{
    private const int SetDescriptorFlags = 2;        // F_SETFD
    private const int CloseOnExecFlag = 1;           // FD_CLOEXEC
    private int _descriptor;

    private DeviceConnection(int descriptor) => _descriptor = descriptor;

    /// <summary>Opens the device; children that are started later do not inherit it (spec/11 D-44).</summary>
    /// <exception cref="IOException">It cannot be opened, or is not QTEE's.</exception>
    public static DeviceConnection Open(string path)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(path + "\0");
        int descriptor;
        fixed (byte* at = name) descriptor = Descriptors.Open(at, Descriptors.ReadWrite | Descriptors.CloseOnExec);
        if (descriptor < 0) throw new IOException($"{path} cannot be opened: {(Errno)Marshal.GetLastPInvokeError()}. `mink doctor` tells more.");
        var connection = new DeviceConnection(descriptor);
        var bytes = stackalloc byte[VersionData.SizeBytes];
        var error = connection.Call(TeeIoctl.Version, bytes, out _);
        var version = error == Errno.Ok ? VersionData.Read(new ReadOnlySpan<byte>(bytes, VersionData.SizeBytes)) : default;
        if (version.ImplementationId == VersionData.QteeImplementation && (version.GenericCapabilities & VersionData.ObjectReferences) != 0) return connection;
        connection.Dispose();
        throw new IOException(error != Errno.Ok
            ? $"{path} is not a TEE device: {error}."
            : $"{path} is a TEE of implementation {version.ImplementationId} with capabilities 0x{version.GenericCapabilities:X}; QTEE is 4, with bit 4.");
    }

    /// <summary>One ioctl; may wait for long.</summary>
    /// <param name="value">What it returned, when it succeeded.</param>
    public Errno Call(uint request, void* argument, out int value)
    {
        value = Seccomp.Ioctl(_descriptor, request, argument);
        return value < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.Ok;
    }

    /// <summary>One ioctl whose argument names a block.</summary>
    public Errno Call(uint request, byte* block, int length)
    {
        var argument = stackalloc byte[BufferArgument.SizeBytes];
        new BufferArgument((ulong)block, (ulong)length).Write(new Span<byte>(argument, BufferArgument.SizeBytes));
        return Call(request, argument, out _);
    }

    /// <summary>Memory of the device; the descriptor is the caller's and is not inherited.</summary>
    public Errno Allocate(int size, out ShmAllocData allocated, out int descriptor)
    {
        var bytes = stackalloc byte[ShmAllocData.SizeBytes];
        var span = new Span<byte>(bytes, ShmAllocData.SizeBytes);
        new ShmAllocData((ulong)size, 0, 0).Write(span);
        var error = Call(TeeIoctl.ShmAlloc, bytes, out descriptor);
        allocated = ShmAllocData.Read(span);
        if (error == Errno.Ok) _ = MemoryMaps.Control(descriptor, SetDescriptorFlags, CloseOnExecFlag);
        return error;
    }

    public void Dispose()
    {
        var descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0) _ = Descriptors.Close(descriptor);
    }
}
