using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>What the normal world answered to a callback request of a script.</summary>
public sealed class ScriptedReply
{
    private readonly ArgumentTable _table;

    internal ScriptedReply(byte[] message, ref readonly ArgumentTable request)
    {
        Message = message;
        Result = CallbackMessage.ReadResult(message);
        _table = request;
        if (Result == ResultCode.Ok) IsSound = CallbackMessage.TryReadReply(message, in request, ref _table, out _);
    }

    /// <summary>The whole outbound buffer.</summary>
    public byte[] Message { get; }

    /// <summary>The result word.</summary>
    public ResultCode Result { get; }

    /// <summary>Result 0, and outputs that a careful secure world takes.</summary>
    public bool IsSound { get; }

    /// <summary>The bytes filled of an output buffer.</summary>
    public byte[] Output(int index) => _table.OutputBytes((ReadOnlySpan<byte>)Message, index).ToArray();

    /// <summary>The id of an output object.</summary>
    public uint OutputObject(int index) => _table.OutputObject(index).Value;
}
