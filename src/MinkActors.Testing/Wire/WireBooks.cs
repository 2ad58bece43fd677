namespace MinkActors.Testing;

/// <summary>I-02: the secure world's ids that arrived, and the RELEASEs that went out for them. Kept from the messages alone, so that it holds for any peer.</summary>
internal sealed class WireBooks(Action<string, string> violated)
{
    private readonly Dictionary<uint, int> _owed = [];

    /// <summary>RELEASEs that the normal world owes.</summary>
    public int Owed { get; private set; }

    /// <summary>A secure id arrived: one reference, and one RELEASE owed.</summary>
    public void Arrived(uint id)
    {
        _owed[id] = _owed.GetValueOrDefault(id) + 1;
        Owed++;
    }

    public bool IsOwed(uint id) => _owed.GetValueOrDefault(id) > 0;

    public void ReleaseSent(uint id)
    {
        var left = _owed.GetValueOrDefault(id) - 1;
        if (left < 0) violated("I-02", $"A RELEASE of 0x{id:X8} was sent that nobody owes");
        if (left <= 0) _owed.Remove(id);
        else _owed[id] = left;
        Owed--;
    }

    /// <summary>A RELEASE that the secure world never saw is still owed.</summary>
    public void ReleaseRefused(uint id) => Arrived(id);
}
