using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>
/// One outgoing call. The same pooled object is the frame of its arguments, the actor that drives it and what the caller
/// awaits: nothing is allocated for a call.
/// </summary>
/// <remarks>
/// Life: rented, <see cref="Begin"/>, arguments added, <see cref="SendAsync"/>, answered, result taken, recycled. The
/// generation changes at sending and at recycling, so that a handle kept from before (a sent call, a disposed reply, a late
/// cancellation) reaches nothing (spec/11 I-04).
/// Owns: one reference on the target and on each input object until it is recycled; each output object until taken.
/// </remarks>
internal abstract class Invocation : Actor, IValueTaskSource<Reply>
{
    private ManualResetValueTaskSourceCore<Reply> _completion;
    private ObjectSlots<MinkObject> _inputs;
    private ObjectSlots<MinkObject> _outputs;
    private int _inputBuffers;
    private int _outputBuffers;
    private int _inputObjects;
    private bool _holdsTarget;

    /// <summary>The entries of the message, in offsets from its start. After the answer: sizes are those returned.</summary>
    protected ArgumentTable Table;

    protected Invocation(Domain domain)
    {
        Domain = domain;
        Caller = new CallerSide(this);
        _completion.RunContinuationsAsynchronously = domain.Actors.CompletesAsynchronously;
    }

    public Domain Domain { get; }

    /// <summary>The end that waits.</summary>
    protected CallerSide Caller { get; }

    public uint Generation { get; private set; }

    public MinkObject? Target { get; private set; }

    public Operation Operation { get; private set; }

    public ArgumentCounts Counts => Table.Counts;

    public CallChain Chain { get; protected set; }

    /// <summary>Where input bytes are written: index = offset in the message. Zero behind what was written.</summary>
    protected abstract byte[] Message { get; }

    /// <summary>Where the output bytes are after the answer: index = offset in the message - <see cref="AnswerOrigin"/>.</summary>
    protected abstract byte[] Answer { get; }

    protected virtual int AnswerOrigin => 0;

    protected override string DefaultName => Target is { } target ? $"invocation of {target.Name}" : "invocation (idle)";

    /// <summary>Starts a call. The target is held until the invocation is recycled.</summary>
    public void Begin(MinkObject target, Operation operation, ArgumentCounts counts)
    {
        target.Retain();
        _holdsTarget = true;
        Open(target, operation, counts);
    }

    /// <summary>Starts the RELEASE of an object whose last reference is gone: there is none to take.</summary>
    protected void BeginRelease(MinkObject target)
    {
        _holdsTarget = false;
        Open(target, Operation.Release, default);
    }

    private void Open(MinkObject target, Operation operation, ArgumentCounts counts)
    {
        Target = target;
        Operation = operation;
        RequestFrame.Begin(ref Table, counts);
    }

    public void AddInput(ReadOnlySpan<byte> bytes) => bytes.CopyTo(ReserveInput(bytes.Length));

    public Span<byte> ReserveInput(int size)
    {
        if (_outputBuffers > 0 || _inputBuffers >= Counts.InputBuffers) throw NotDeclared("input buffer", _inputBuffers);
        if (!RequestFrame.TryAddBuffer(ref Table, _inputBuffers, size, MessageMax, out var offset, out var refusal)) throw TooLarge(refusal);
        _inputBuffers++;
        Reserve(Table.PayloadEnd);
        return Message.AsSpan(offset, size);
    }

    public void AddOutput(int capacity)
    {
        if (_inputBuffers < Counts.InputBuffers || _outputBuffers >= Counts.OutputBuffers) throw NotDeclared("output buffer", _outputBuffers);
        if (!RequestFrame.TryAddBuffer(ref Table, Counts.InputBuffers + _outputBuffers, capacity, MessageMax, out _, out var refusal)) throw TooLarge(refusal);
        _outputBuffers++;
        Reserve(Table.PayloadEnd);
    }

    public void AddInputObject(Capability? capability)
    {
        if (_inputObjects >= Counts.InputObjects) throw NotDeclared("input object", _inputObjects);
        if (capability is not null)
        {
            var lent = capability.Target;
            if (!ReferenceEquals(lent.Domain, Domain)) throw Abandoned(new MinkTransportException(ResultCode.BadObject, Errno.EINVAL, InvocationPhase.Preparing, true, $"Input object {_inputObjects} belongs to another domain"));
            lent.Retain();
            _inputs[_inputObjects] = lent;
        }
        _inputObjects++;
    }

    public ValueTask<Reply> SendAsync(in CallOptions options)
    {
        if (_inputBuffers != Counts.InputBuffers || _outputBuffers != Counts.OutputBuffers || _inputObjects != Counts.InputObjects)
            throw Abandoned(new InvalidOperationException($"Declared {Counts}, but {_inputBuffers} input buffers, {_outputBuffers} output buffers and {_inputObjects} input objects were given."));
        Generation++;
        var version = _completion.Version;
        Chain = CallContext.Current?.Chain.Deeper() ?? new CallChain(this, Generation, 0);
        Start(options);
        return new ValueTask<Reply>(this, version);
    }

    public void Abandon() => RecycleNow();

    public ReadOnlySpan<byte> Output(int index)
    {
        if ((uint)index >= (uint)Counts.OutputBuffers) throw new ArgumentOutOfRangeException(nameof(index), index, $"The call has {Counts.OutputBuffers} output buffers.");
        var entry = Table.OutputBuffer(index);
        return Answer.AsSpan(entry.Offset - AnswerOrigin, entry.Size);
    }

    public Capability? TakeOutputObject(int index, string file, int line)
    {
        if ((uint)index >= (uint)Counts.OutputObjects) throw new ArgumentOutOfRangeException(nameof(index), index, $"The call has {Counts.OutputObjects} output objects.");
        var taken = _outputs[index];
        _outputs[index] = null;
        return taken?.CreateHandle(file, line);
    }

    public void EndReply() => RecycleNow();

    /// <summary>Largest message this kind of invocation can carry, in bytes.</summary>
    protected abstract int MessageMax { get; }

    /// <summary>Makes room for the message up to that offset, keeping what is written.</summary>
    protected abstract void Reserve(int end);

    /// <summary>Begins the transaction. Arguments are complete; the chain is set.</summary>
    protected abstract void Start(in CallOptions options);

    /// <summary>Gives the emptied invocation back to its pool. Message bytes must be zero when it is rented again.</summary>
    protected abstract void ReturnToPool();

    protected MinkObject? InputObject(int index) => _inputs[index];

    /// <summary>Hands one reference over: output object <paramref name="index"/> of a successful answer.</summary>
    protected void SetOutputObject(int index, MinkObject? owned) => _outputs[index] = owned;

    /// <summary>Gives an output object up again: the answer turned out to be refused.</summary>
    protected void PutOutputObject(int index) => Put(ref _outputs, index);

    /// <summary>Ends the caller's wait, once.</summary>
    internal void CompleteCaller(ResultCode code) =>
        _completion.SetResult(code == ResultCode.Ok && (Counts.OutputBuffers | Counts.OutputObjects) != 0 ? new Reply(code, this) : new Reply(code));

    /// <summary>Ends the caller's wait with a failure of the path, once.</summary>
    internal void FailCaller(Exception failure) => _completion.SetException(failure);

    /// <summary>Puts every reference the call still holds and gives it back to the pool.</summary>
    internal void RecycleNow()
    {
        Generation++;
        for (var i = 0; i < _inputObjects; i++) Put(ref _inputs, i);
        for (var i = 0; i < Counts.OutputObjects; i++) Put(ref _outputs, i);
        if (_holdsTarget) Target!.Release();
        Target = null;
        _inputBuffers = _outputBuffers = _inputObjects = 0;
        Chain = default;
        Caller.Reset();
        ReturnToPool();
    }

    Reply IValueTaskSource<Reply>.GetResult(short token)
    {
        // A failure and a reply without outputs need the invocation no longer; a reply with outputs keeps it until disposed.
        var keeps = false;
        try
        {
            var reply = _completion.GetResult(token);
            keeps = reply.HoldsOutputs;
            return reply;
        }
        finally
        {
            _completion.Reset();
            if (!keeps) Caller.ResultTaken();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Reply>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<Reply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref ObjectSlots<MinkObject> slots, int index)
    {
        if (slots[index] is not { } held) return;
        slots[index] = null;
        held.Release();
    }

    private Exception NotDeclared(string what, int given) =>
        Abandoned(new InvalidOperationException($"The call was declared with {Counts}; {what} {given} is one too many or comes too late (inputs first, then outputs)."));

    private Exception TooLarge(Refusal refusal) =>
        Abandoned(new MinkTransportException(ResultCode.MaxData, Errno.EINVAL, InvocationPhase.Preparing, true, $"The call cannot be put into a message: {refusal}"));

    /// <summary>Gives up a call that cannot be put together: the target and the inputs are free again (spec/11 D-21).</summary>
    protected Exception Abandoned(Exception reason)
    {
        RecycleNow();
        return reason;
    }
}

/// <summary>Room for the objects of one kind in one message.</summary>
[InlineArray(ArgumentCounts.MaxOfAKind)]
internal struct ObjectSlots<T> where T : class
{
    private T? _first;
}
