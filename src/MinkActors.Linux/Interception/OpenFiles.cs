using System.Globalization;
using System.Text.Unicode;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>
/// The device files that clients hold, found by what a descriptor of theirs refers to, and closed when nobody refers to them any more.
/// A descriptor is looked up anew at each call, since dup2 and close can change what it means without our hearing of it.
/// </summary>
internal sealed unsafe class OpenFiles : IDisposable
{
    private const int EventsMax = 64;

    // A hang-up and what follows from it happen as one, so that whoever drains sees every close that happened before.
    private readonly Lock _gate = new();
    private readonly Dictionary<Identity, DeviceFile> _byIdentity = [];
    private readonly Dictionary<long, (DeviceFile File, Identity Identity)> _byKey = [];
    private readonly int _epoll;
    private readonly int _filesMax;
    private readonly Action<Exception>? _onFault;
    private long _nextKey = 1;
    private int _notClosed;

    public OpenFiles(int filesMax, Action<Exception>? onFault)
    {
        _filesMax = filesMax;
        _onFault = onFault;
        _epoll = Descriptors.EpollCreate(Descriptors.CloseOnExec);
        if (_epoll < 0) throw new InterceptionException("Creating an epoll descriptor failed", LastErrno());
    }

    /// <summary>Becomes readable when there is something to drain.</summary>
    public int Epoll => _epoll;

    public int Count
    {
        get { lock (_gate) return _byKey.Count; }
    }

    /// <summary>Files that are open or about to be closed: a call that is just ending keeps its file a moment longer.</summary>
    public int NotClosed => Volatile.Read(ref _notClosed);

    /// <summary>Makes a file for a client that opens the device. On success the client's end is the caller's to pass on and close.</summary>
    public Errno TryAdd(ITeeDevice device, in ClientProcess client, out int clientEnd)
    {
        clientEnd = -1;
        lock (_gate)
        {
            if (_byKey.Count >= _filesMax) return Errno.ENFILE;
        }

        var pair = stackalloc int[2];
        if (Descriptors.SocketPair(Descriptors.UnixFamily, Descriptors.StreamSocket | Descriptors.CloseOnExec, 0, pair) != 0) return Errno.ENFILE;

        // Shut for receiving, or a client could queue its own descriptor in the socket and so keep it open for ever.
        _ = Descriptors.Shutdown(pair[1], Descriptors.ShutReceive);
        var refusal = Errno.ENODEV;
        ITeeFile? served = null;
        if (TryIdentify(pair[0], out var identity)) served = TryOpen(device, client, out refusal);
        if (served is null)
        {
            _ = Descriptors.Close(pair[0]);
            _ = Descriptors.Close(pair[1]);
            return refusal;
        }

        lock (_gate)
        {
            var file = new DeviceFile(served, _nextKey++, pair[1], _onFault, () => Interlocked.Decrement(ref _notClosed));
            Interlocked.Increment(ref _notClosed);
            _byIdentity[identity] = file;
            _byKey[file.Key] = (file, identity);
            Watch(pair[1], (ulong)file.Key, 0);      // hang-up is reported whether asked for or not
        }

        clientEnd = pair[0];
        return Errno.Ok;
    }

    /// <summary>Also watches another descriptor for input or hang-up; the key comes back from <see cref="Drain"/>.</summary>
    public void Watch(int descriptor, ulong key, uint events)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + Descriptors.EpollDataOffset) = key;
        _ = Descriptors.EpollControl(_epoll, Descriptors.EpollAdd, descriptor, entry);
    }

    /// <summary>The device file behind a thread's descriptor; null when it is something else or not open.</summary>
    public DeviceFile? Find(int threadId, int descriptor)
    {
        if (!TryIdentify(threadId, descriptor, out var identity)) return null;
        lock (_gate) return _byIdentity.GetValueOrDefault(identity);
    }

    /// <summary>Handles every hang-up that has happened so far, without waiting. Other keys that came up are added to the list.</summary>
    public void Drain(List<ulong>? others)
    {
        lock (_gate)
        {
            var events = stackalloc byte[16 * EventsMax];
            int count;
            do
            {
                count = Descriptors.EpollWait(_epoll, events, EventsMax, 0);
                for (var i = 0; i < count; i++)
                {
                    var key = *(ulong*)(events + (i * Descriptors.EpollEventBytes) + Descriptors.EpollDataOffset);
                    if (_byKey.Remove((long)key, out var entry)) Forget(entry.File, entry.Identity);
                    else others?.Add(key);
                }
            }
            while (count == EventsMax);
        }
    }

    /// <summary>Treats every file as closed by its clients: nobody can call any more.</summary>
    public void CloseAll()
    {
        lock (_gate)
        {
            foreach (var (file, identity) in _byKey.Values.ToArray())
            {
                _byKey.Remove(file.Key);
                Forget(file, identity);
            }
        }
    }

    public void Dispose()
    {
        CloseAll();                                      // nothing is left unless the start failed
        _ = Descriptors.Close(_epoll);
    }

    private void Forget(DeviceFile file, Identity identity)
    {
        if (_byIdentity.TryGetValue(identity, out var current) && current == file) _byIdentity.Remove(identity);
        _ = Descriptors.Close(file.HangUp);          // leaves the epoll set with its last reference
        file.Unreference();
    }

    private ITeeFile? TryOpen(ITeeDevice device, in ClientProcess client, out Errno refusal)
    {
        try
        {
            return device.Open(client, out refusal);
        }
        catch (Exception fault)
        {
            _onFault?.Invoke(fault);
            refusal = Errno.EIO;
            return null;
        }
    }

    private static bool TryIdentify(int descriptor, out Identity identity)
    {
        Span<byte> path = stackalloc byte[48];
        path.Clear();
        Utf8.TryWrite(path, CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}", out _);
        return TryIdentify(path, out identity);
    }

    private static bool TryIdentify(int threadId, int descriptor, out Identity identity)
    {
        identity = default;
        if (descriptor < 0) return false;
        Span<byte> path = stackalloc byte[48];
        path.Clear();
        Utf8.TryWrite(path, CultureInfo.InvariantCulture, $"/proc/{threadId}/fd/{descriptor}", out _);
        return TryIdentify(path, out identity);
    }

    private static bool TryIdentify(ReadOnlySpan<byte> path, out Identity identity)
    {
        Descriptors.StatxData data;
        int result;
        fixed (byte* name = path) result = Descriptors.Statx(Descriptors.AtFdCwd, name, 0, Descriptors.StatxIno, &data);
        identity = result == 0 ? new Identity(data.DeviceMajor, data.DeviceMinor, data.Inode) : default;
        return result == 0;
    }

    private static Errno LastErrno() => (Errno)System.Runtime.InteropServices.Marshal.GetLastPInvokeError();

    /// <summary>What the kernel calls the file behind a descriptor. Ours stay unique as long as we hold the other end.</summary>
    private readonly record struct Identity(uint Major, uint Minor, ulong Inode);
}
