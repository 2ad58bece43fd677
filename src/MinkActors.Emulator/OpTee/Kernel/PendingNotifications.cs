using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>The asynchronous notifications of one client that it has not fetched yet: each value waits once, smaller ones first.</summary>
/// <remarks>In the kernel's turns only. What is raised before the client listens waits until it does.</remarks>
internal sealed class PendingNotifications(Action? interrupt)
{
    private readonly SortedSet<uint> _values = [];

    /// <summary>Built in, and switched on by the client.</summary>
    public bool IsOn { get; private set; }

    public void SwitchOn()
    {
        IsOn = true;
        if (_values.Count > 0) interrupt?.Invoke();
    }

    public void SwitchOff()
    {
        IsOn = false;
        _values.Clear();
    }

    public void Raise(uint value)
    {
        _values.Add(value);
        if (IsOn) interrupt?.Invoke();
    }

    public NotificationValue Take()
    {
        if (!IsOn || _values.Count == 0) return default;
        var value = _values.Min;
        _values.Remove(value);
        return new NotificationValue(value, IsValid: true, IsAnotherPending: _values.Count > 0);
    }
}
