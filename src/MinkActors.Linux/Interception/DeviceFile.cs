namespace MinkActors.Linux.Interception;

/// <summary>
/// Our side of one open of the device. The client holds one end of a socket pair, which dup, fork, exec and descriptor passing share as they
/// share any open file; we hold the other. When the last copy in the world is gone our end hangs up, however the client ended.
/// </summary>
/// <remarks>
/// <code>
/// open ──(our end hangs up)──► unreferenced ──(no call in progress)──► closed
/// </code>
/// A call in progress keeps the file open, as it does in the kernel.
/// </remarks>
internal sealed class DeviceFile(ITeeFile served, long key, int hangUp)
{
    private readonly Lock _gate = new();
    private int _calls;
    private bool _unreferenced;
    private bool _closed;

    /// <summary>What serves the calls.</summary>
    public ITeeFile Served { get; } = served;

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

    public void Leave()
    {
        lock (_gate)
        {
            _calls--;
            if (!Closes()) return;
        }

        Served.Close();
    }

    /// <summary>Notes that no descriptor is left anywhere.</summary>
    public void Unreference()
    {
        lock (_gate)
        {
            _unreferenced = true;
            if (!Closes()) return;
        }

        Served.Close();
    }

    private bool Closes()
    {
        if (!_unreferenced || _calls > 0 || _closed) return false;
        _closed = true;
        return true;
    }
}
