using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Interception;

/// <summary>
/// Our side of one open of the device. The client holds one end of a socket pair, which dup, fork, exec and descriptor passing share as they
/// share any open file; we hold the other. When the last copy in the world is gone our end hangs up, however the client ended.
/// </summary>
/// <remarks>
/// <code>
/// open ──(our end hangs up)──► unreferenced ──(no call in progress)──► closed
/// </code>
/// A call in progress keeps the file open, as it does in the kernel. What serves the file is called through here, and what it throws stops
/// here: one client's bug or ours must not end the others.
/// </remarks>
/// <param name="closed">Told once, after the served file was closed.</param>
internal sealed class DeviceFile(ITeeFile served, long key, int hangUp, Action<Exception>? onFault, Action closed)
{
    private readonly Lock _gate = new();
    private int _calls;
    private bool _unreferenced;
    private bool _closed;

    /// <summary>Names this file to epoll; never used again.</summary>
    public long Key { get; } = key;

    /// <summary>Our end of the pair.</summary>
    public int HangUp { get; } = hangUp;

    /// <summary>Counts a call in; false once the file is closed.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed) return false;
            _calls++;
            return true;
        }
    }

    public void Ioctl(TeeCall call)
    {
        try
        {
            served.Ioctl(call);
        }
        catch (Exception fault)                          // spelled out, since this is the path that must not allocate
        {
            onFault?.Invoke(fault);
            call.Fail(Errno.EIO);
        }
    }

    public void Interrupted(TeeCall call) => TryDo(() => served.Interrupted(call));

    public void Abandoned(TeeCall call) => TryDo(() => served.Abandoned(call));

    public void Leave()
    {
        lock (_gate)
        {
            _calls--;
            if (!Closes()) return;
        }

        Close();
    }

    /// <summary>Notes that no descriptor is left anywhere.</summary>
    public void Unreference()
    {
        lock (_gate)
        {
            _unreferenced = true;
            if (!Closes()) return;
        }

        Close();
    }

    private void Close()
    {
        TryDo(served.Close);
        closed();
    }

    private bool TryDo(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (Exception fault)
        {
            onFault?.Invoke(fault);
            return false;
        }
    }

    private bool Closes()
    {
        if (!_unreferenced || _calls > 0 || _closed) return false;
        _closed = true;
        return true;
    }
}
