namespace MinkActors;

/// <summary>Lets one thread at a time pass, for a few stores: who meets another spins. A field, never a copy; not re-entrant.</summary>
internal struct SpinGate
{
    private int _isTaken;

    public void Enter()
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0) Spin();
    }

    public void Exit() => Volatile.Write(ref _isTaken, 0);

    private void Spin()
    {
        var spinner = new SpinWait();
        do spinner.SpinOnce();
        while (Volatile.Read(ref _isTaken) != 0 || Interlocked.Exchange(ref _isTaken, 1) != 0);
    }
}
