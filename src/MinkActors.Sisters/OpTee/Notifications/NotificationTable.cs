using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Who waits for which notification, and which were sent to nobody yet (spec 09 section 7, RPC 4).</summary>
/// <remarks>Values are bounded by the driver before they come here, and so is this table.</remarks>
internal sealed class NotificationTable : Actor
{
    private readonly Dictionary<uint, NotificationWait> _waiting = [];
    private readonly HashSet<uint> _posted = [];

    /// <summary>Waits under way; exact only while nothing runs.</summary>
    public int Waiting => _waiting.Count;

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case NotificationWait wait: Begin(wait); break;
            case SendNotification send: Send(send.Value); break;
            case EndWait end: End(end.Wait, TeeResult.BadParameters); break;
        }
    }

    private void Begin(NotificationWait wait)
    {
        if (_posted.Remove(wait.Value)) wait.Answer(TeeResult.Success);
        else if (!_waiting.TryAdd(wait.Value, wait)) wait.Answer(TeeResult.BadParameters);
        else if (wait.Timeout > TimeSpan.Zero) wait.Timer = System.StartTimer(this, wait.Timeout, new EndWait(wait));
    }

    private void Send(uint value)
    {
        if (_waiting.TryGetValue(value, out var wait)) End(wait, TeeResult.Success);
        else _posted.Add(value);
    }

    private void End(NotificationWait wait, TeeResult result)
    {
        if (_waiting.GetValueOrDefault(wait.Value) != wait) return;    // it was answered meanwhile
        _waiting.Remove(wait.Value);
        wait.Timer?.Cancel();
        wait.Answer(result);
    }
}

/// <summary>A call's thread waits for a value; told back to the call with the result.</summary>
internal sealed class NotificationWait(StandardCall call, uint number, uint value, TimeSpan timeout) : Message
{
    public uint Number => number;
    public uint Value => value;
    public TimeSpan Timeout => timeout;
    public TeeResult Result { get; private set; }
    public ActorTimer? Timer { get; set; }

    public void Answer(TeeResult result)
    {
        Result = result;
        call.Tell(this);
    }
}

internal sealed class SendNotification(uint value) : Message
{
    public uint Value => value;
}

/// <summary>A wait is over: its time is up, or its caller has left.</summary>
internal sealed class EndWait(NotificationWait wait) : Message
{
    public NotificationWait Wait => wait;
}
