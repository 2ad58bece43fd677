using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Serves RPC commands that the driver does not know (spec 09 section 7): files, application images, sockets, plug-ins.</summary>
/// <remarks>Runs in turns of one actor, also behind an <c>await</c>; several requests interleave at awaits. An exception is answered COMMUNICATION.</remarks>
public interface IOpTeeSupplicant
{
    /// <summary>Serves one request.</summary>
    /// <param name="request">Valid until the returned task ends.</param>
    /// <returns>The result that OP-TEE sees.</returns>
    ValueTask<TeeResult> ServeAsync(SupplicantRequest request);
}

/// <summary>One RPC command with its parameters, checked: memory lies inside what OP-TEE was given.</summary>
public sealed class SupplicantRequest
{
    private readonly OpTeeParameter[] _parameters;
    private readonly RpcMemory.Loan?[] _memory;
    private readonly CancellationTokenSource _cancellation = new();

    internal SupplicantRequest(OpTeeRpcCommand command, OpTeeParameter[] parameters, RpcMemory.Loan?[] memory)
    {
        (Command, _parameters, _memory) = (command, parameters, memory);
    }

    /// <summary>Which command.</summary>
    public OpTeeRpcCommand Command { get; }

    /// <summary>Parameters, at most four.</summary>
    public int Count => _parameters.Length;

    /// <summary>Set when nobody waits for the answer any more.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The type of a parameter; none beyond <see cref="Count"/>.</summary>
    public OpTeeParameterType TypeOf(int index) => index < Count ? _parameters[index].Attribute.Type : OpTeeParameterType.None;

    /// <summary>The three numbers of a value parameter.</summary>
    public (ulong A, ulong B, ulong C) Value(int index) => (_parameters[index].A, _parameters[index].B, _parameters[index].C);

    /// <summary>Answers a value parameter that is an output.</summary>
    public void SetValue(int index, ulong a, ulong b = 0, ulong c = 0)
    {
        if (!_parameters[index].Attribute.IsValue || !_parameters[index].Attribute.IsOutput) throw new InvalidOperationException($"Parameter {index} is no value output.");
        _parameters[index] = _parameters[index] with { A = a, B = b, C = c };
    }

    /// <summary>The memory of a parameter, shared with OP-TEE; empty for a reference to nothing. Do not keep the span.</summary>
    public Span<byte> Memory(int index) => _memory[index] is { } lent ? lent.Bytes : default;

    /// <summary>Answers a memory output: the size is set, and the bytes are copied if they fit.</summary>
    /// <returns>SUCCESS, or SHORT_BUFFER with the size that is needed.</returns>
    public TeeResult Answer(int index, ReadOnlySpan<byte> bytes)
    {
        if (_parameters[index].Attribute.IsValue || !_parameters[index].Attribute.IsOutput) throw new InvalidOperationException($"Parameter {index} is no memory output.");
        var room = Memory(index);
        var fits = bytes.Length <= room.Length;
        if (fits) bytes.CopyTo(room);
        _parameters[index] = _parameters[index] with { B = (ulong)bytes.Length };
        return fits ? TeeResult.Success : TeeResult.ShortBuffer;
    }

    internal OpTeeParameter this[int index] => _parameters[index];

    internal void Cancel() => _cancellation.Cancel();

    /// <summary>The call has the answer: the memory is OP-TEE's again.</summary>
    internal void GiveBack()
    {
        foreach (ref var lent in _memory.AsSpan())
        {
            lent?.Dispose();
            lent = null;
        }
    }
}
