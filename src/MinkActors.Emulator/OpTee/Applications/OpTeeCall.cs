using System.Diagnostics.CodeAnalysis;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>One call of a trusted application: its parameters, and the way to ask the normal world for help.</summary>
/// <remarks>Of one application's turn at a time. Every request for help suspends the OP-TEE thread of this call, and no other.</remarks>
public sealed class OpTeeCall
{
    private readonly OpTeeThread _thread;
    private readonly uint _life;
    private CancellationTokenSource? _cancellation;
    private bool _isCancelled;

    private readonly Session _session;

    internal OpTeeCall(OpTeeThread thread, Session session, uint function, ApplicationParameters parameters)
    {
        (_thread, _life) = (thread, thread.Life);
        _session = session;
        Function = function;
        Parameters = parameters;
    }

    /// <summary>Names the session; unique among the client's.</summary>
    public uint Session => _session.Id;

    /// <summary>The command of an invoke; 0 otherwise.</summary>
    public uint Function { get; }

    /// <summary>Who opened the session.</summary>
    public OpTeeClient Client => _session.Client;

    /// <summary>The application's own note on the session: what it leaves here it finds again.</summary>
    public object? State
    {
        get => _session.State;
        set => _session.State = value;
    }

    /// <summary>Set when the client asks to cancel this call.</summary>
    public CancellationToken Cancellation
    {
        get
        {
            if (_cancellation is null)
            {
                _cancellation = new CancellationTokenSource();
                if (_isCancelled) _cancellation.Cancel();
            }
            return _cancellation.Token;
        }
    }

    internal ApplicationParameters Parameters { get; }

    /// <summary>How many parameters the client gave.</summary>
    public int Count => Parameters.Count;

    /// <summary>The type of one of four parameters; none beyond <see cref="Count"/>.</summary>
    public OpTeeParameterType TypeOf(int index) => Parameters.TypeOf(index);

    /// <summary>A value parameter.</summary>
    /// <exception cref="OpTeeException">It is no value: BAD_PARAMETERS.</exception>
    public OpTeeValue Value(int index) => Parameters.Value(index) ?? throw Wrong(index, "value");

    /// <summary>A memory parameter.</summary>
    /// <exception cref="OpTeeException">It is no memory: BAD_PARAMETERS.</exception>
    public OpTeeMemory Memory(int index) => Parameters.Memory(index) ?? throw Wrong(index, "memory");

    /// <summary>An RPC command; its parameters come back as the normal world left them.</summary>
    /// <remarks>Memory is given as a part of what <see cref="AllocateSharedAsync"/> gave (see <see cref="OpTeeSharedMemory.As"/>).</remarks>
    public ValueTask<OpTeeRpcAnswer> AskAsync(OpTeeRpcCommand command, params OpTeeParameter[] parameters)
    {
        if (parameters.Length > OpTeeRpcMessages.ParametersMax) throw new ArgumentException($"An RPC has at most {OpTeeRpcMessages.ParametersMax} parameters.", nameof(parameters));
        return _thread.AskAsync(_life, new RpcRequest(OpTeeRpcFunction.Command, command, parameters));
    }

    /// <summary>Lets the normal world take an interrupt, and goes on.</summary>
    public async ValueTask InterruptAsync() => await _thread.AskAsync(_life, new RpcRequest(OpTeeRpcFunction.ForeignInterrupt, default, []));

    /// <summary>Any other RPC function number, as a newer OP-TEE could use: the normal world resumes it unchanged.</summary>
    public async ValueTask ReturnAsync(ushort function) => await _thread.AskAsync(_life, new RpcRequest((OpTeeRpcFunction)function, default, []));

    /// <summary>Asks for shared memory; null when there is none to be had.</summary>
    /// <param name="kind">The supplicant's, or the driver's.</param>
    /// <param name="size">Bytes.</param>
    public async ValueTask<OpTeeSharedMemory?> AllocateSharedAsync(OpTeeSharedMemoryKind kind, ulong size)
    {
        var answer = await AskAsync(OpTeeRpcCommand.SharedMemoryAllocate, OpTeeParameter.Value(OpTeeParameterType.ValueInput, (ulong)kind, size, PageList.PageSize));
        if (answer.Result != TeeResult.Success || answer.Parameters is not [var range] || range.Cookie == 0 || range.ByteSize < size) return null;
        var objects = _thread.Partition.Objects;
        // L5: what OP-TEE can use is what the list covers, whatever the normal world says beyond it.
        var result = range.Attribute == OpTeeAttribute.PageListOutput ? objects.TryReadPages(range, out var made)
            : range.Attribute == OpTeeAttribute.Of(OpTeeParameterType.TemporaryOutput) ? objects.TryReadStatic(range, out made)
            : Refuse(out made);
        return result == TeeResult.Success ? new OpTeeSharedMemory(_thread.Partition.Memory, kind, made!) : null;

        static TeeResult Refuse(out SharedObject? made)
        {
            made = null;
            return TeeResult.BadParameters;
        }
    }

    /// <summary>Gives shared memory back.</summary>
    public async ValueTask<TeeResult> FreeSharedAsync(OpTeeSharedMemory memory)
    {
        memory.End();
        return (await AskAsync(OpTeeRpcCommand.SharedMemoryFree, OpTeeParameter.Value(OpTeeParameterType.ValueInput, (ulong)memory.Kind, memory.Cookie))).Result;
    }

    /// <summary>Seconds and nanoseconds since 1970, by the normal world's clock.</summary>
    public async ValueTask<(ulong Seconds, ulong Nanoseconds)> GetTimeAsync()
    {
        var answer = await AskAsync(OpTeeRpcCommand.GetTime, OpTeeParameter.Value(OpTeeParameterType.ValueOutput));
        return answer.Result == TeeResult.Success ? (answer.Parameters[0].A, answer.Parameters[0].B) : throw new OpTeeException(answer.Result, "The normal world does not tell the time.");
    }

    /// <summary>Lets the normal world wait that long before it comes back.</summary>
    public async ValueTask<TeeResult> SleepAsync(uint milliseconds) =>
        (await AskAsync(OpTeeRpcCommand.Suspend, OpTeeParameter.Value(OpTeeParameterType.ValueInput, milliseconds))).Result;

    /// <summary>Waits in the normal world until another call sends the value.</summary>
    /// <param name="value">Which notification.</param>
    /// <param name="timeoutMs">0 for ever.</param>
    public async ValueTask<TeeResult> WaitAsync(uint value, uint timeoutMs = 0) =>
        (await AskAsync(OpTeeRpcCommand.Notification, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 0, value, timeoutMs))).Result;

    /// <summary>Notifies the normal world without suspending this call: the value waits there until it is fetched (asynchronous notifications).</summary>
    /// <exception cref="InvalidOperationException">They are not built in.</exception>
    public void Raise(uint value) => _thread.Partition.Raise(value);

    /// <summary>Wakes who waits for the value, or leaves it for the next who does.</summary>
    public async ValueTask<TeeResult> NotifyAsync(uint value) =>
        (await AskAsync(OpTeeRpcCommand.Notification, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1, value))).Result;

    internal void Cancel()
    {
        _isCancelled = true;
        _cancellation?.Cancel();
    }

    [DoesNotReturn]
    private OpTeeException Wrong(int index, string wanted) =>
        throw new OpTeeException(TeeResult.BadParameters, $"Parameter {index} is {TypeOf(index)} and no {wanted}.");
}

/// <summary>Who opened a session (spec 09 section 6).</summary>
/// <param name="Uuid">Nil for public and kernel logins.</param>
/// <param name="Login">How that was shown.</param>
/// <param name="VirtualMachine">Client id of the machine; 0 without virtualization.</param>
public readonly record struct OpTeeClient(Guid Uuid, TeeLogin Login, uint VirtualMachine);

/// <summary>What the normal world answered to an RPC.</summary>
/// <param name="Result">GENERIC when nobody served it.</param>
/// <param name="Parameters">As they came back: hostile until checked.</param>
public readonly record struct OpTeeRpcAnswer(TeeResult Result, OpTeeParameter[] Parameters);
