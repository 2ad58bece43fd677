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
/// Owns: one reference on the target and on each input object until the transaction ends; each output object until taken.
/// </remarks>
internal abstract class Invocation : PendingCall, IValueTaskSource<Reply>
{
    // How the answer reaches the caller: whoever comes second, the caller or the answer, finds that out here.
    private const int Sent = 0;
    private const int Awaited = 1;
    private const int Answered = 2;

    private ManualResetValueTaskSourceCore<Reply> _completion;
    private int _meeting;
    private ResultCode _code;
    private Exception? _failure;
    private ObjectSlots<MinkObject> _inputs;
    private ObjectSlots<MinkObject> _outputs;
    private int _inputBuffers;
    private int _outputBuffers;
    private int _inputObjects;
    private bool _holdsTarget;
    private Waking? _waking;

    /// <summary>The entries of the message, in offsets from its start. After the answer: sizes are those returned.</summary>
    protected ArgumentTable Table;

    protected Invocation(Domain domain) : base(domain.Limits.InvocationDeadline)
    {
        Domain = domain;
    }

    public Domain Domain { get; }

    public MinkObject? Target { get; private set; }

    public Operation Operation { get; private set; }

    public ArgumentCounts Counts => Table.Counts;

    /// <summary>Where input bytes are written: index = offset in the message. Zero behind what was written.</summary>
    protected abstract byte[] Bytes { get; }

    /// <summary>Where the output bytes are after the answer: index = offset in the message - <see cref="AnswerOrigin"/>.</summary>
    protected abstract byte[] Answer { get; }

    protected virtual int AnswerOrigin => 0;

    protected override string DefaultName => Target is { } target ? $"invocation of {target.Name}" : "invocation (idle)";

    /// <summary>Starts a call. Takes over one reference on the target and holds it until the invocation is recycled.</summary>
    public void Begin(MinkObject target, Operation operation, ArgumentCounts counts)
    {
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

    public void AddInput(ReadOnlySpan<byte> bytes) => Payload.Copy(bytes, ReserveInput(bytes.Length));

    public Span<byte> ReserveInput(int size)
    {
        if (_outputBuffers > 0 || _inputBuffers >= Counts.InputBuffers) throw NotDeclared("input buffer", _inputBuffers);
        if (!RequestFrame.TryAddBuffer(ref Table, _inputBuffers, size, MessageMax, out var offset, out var refusal)) throw TooLarge(refusal);
        _inputBuffers++;
        Reserve(Table.PayloadEnd);
        return Bytes.AsSpan(offset, size);
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
            var lent = capability.TargetOrNull is { } target && target.TryRetain() ? target : Lend(capability);
            if (!ReferenceEquals(lent.Domain, Domain)) throw OfAnotherDomain(lent);
            _inputs[_inputObjects] = lent;
        }
        _inputObjects++;
    }

    /// <summary>The long way: the handle has no object yet, or none any more.</summary>
    private MinkObject Lend(Capability capability)
    {
        try
        {
            return capability.RetainTarget();
        }
        catch (ObjectDisposedException released)
        {
            throw Abandoned(released);
        }
    }

    private Exception OfAnotherDomain(MinkObject lent)
    {
        lent.Release();
        return Abandoned(new MinkTransportException(ResultCode.BadObject, Errno.EINVAL, InvocationPhase.Preparing, true, $"Input object {_inputObjects} belongs to another domain"));
    }

    public ValueTask<Reply> SendAsync(in CallOptions options)
    {
        if (!Counts.IsNone && !IsAsDeclared) throw NotAsDeclared();
        Generation++;
        Chain = CallContext.Current is { Chain: { Root: not null } chain } ? chain.Deeper() : new CallChain(this, Generation, 0);
        _meeting = Sent;
        Start(options);
        // Answered on this stack, as most are: the caller takes it along and awaits nothing.
        return Volatile.Read(ref _meeting) == Answered || Interlocked.Exchange(ref _meeting, Awaited) == Answered
            ? TakeAlong()
            : new ValueTask<Reply>(this, _completion.Version);
    }

    private ValueTask<Reply> TakeAlong()
    {
        if (_failure is { } failure) return TakeAlong(failure);
        var reply = MakeReply();
        if (!reply.HoldsOutputs) Caller.ResultTaken();
        return new(reply);
    }

    private ValueTask<Reply> TakeAlong(Exception failure)
    {
        Caller.ResultTaken();
        return ValueTask.FromException<Reply>(failure);
    }

    /// <summary>A failure and a reply without outputs need the invocation no longer; a reply with outputs keeps it until disposed.</summary>
    private bool KeepsReply => _code == ResultCode.Ok && Counts.HasOutputs;

    private Reply MakeReply() => KeepsReply ? new Reply(_code, this) : new Reply(_code);

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

    /// <summary>Names each reference that the call holds; for the ledger, when no turn runs.</summary>
    public virtual void CollectReferences(Action<MinkObject> holds)
    {
        if (_holdsTarget && Target is { } target) holds(target);
        for (var i = 0; i < ArgumentCounts.MaxOfAKind; i++)
        {
            if (_inputs[i] is { } input) holds(input);
            if (_outputs[i] is { } output) holds(output);
        }
    }

    protected MinkObject? InputObject(int index) => _inputs[index];

    /// <summary>Hands one reference over: output object <paramref name="index"/> of a successful answer.</summary>
    protected void SetOutputObject(int index, MinkObject? owned) => _outputs[index] = owned;

    /// <summary>Gives an output object up again: the answer turned out to be refused.</summary>
    protected void PutOutputObject(int index) => Put(ref _outputs, index);

    public sealed override void CompleteCaller(ResultCode code)
    {
        _code = code;
        if (FindsCallerWaiting()) Wake();
    }

    public sealed override void FailCaller(Exception failure)
    {
        _failure = failure;
        if (FindsCallerWaiting()) Wake();
    }

    /// <summary>The caller awaits: it goes on behind this turn where the engine has a place for that, else as a work item of its own.
    /// Code that serves a call itself goes on in a turn of its object, to which its context posts it.</summary>
    private void Wake()
    {
        var system = Domain.Actors;
        if (ChainDepth > 0 || !system.TryRunBehind(_waking ??= new Waking(this))) SetAnswer(system.CompletesAsynchronously);
    }

    private void SetAnswer(bool goesOnElsewhere)
    {
        _completion.RunContinuationsAsynchronously = goesOnElsewhere;
        if (_failure is { } failure) _completion.SetException(failure);
        else _completion.SetResult(MakeReply());
    }

    /// <summary>Outside of turns: the caller's code runs on this stack.</summary>
    private sealed class Waking(Invocation answered) : IThreadPoolWorkItem
    {
        public void Execute() => answered.SetAnswer(goesOnElsewhere: false);
    }

    private bool FindsCallerWaiting()
    {
        if (!IsOnSendersStack) return Interlocked.Exchange(ref _meeting, Answered) == Awaited;
        _meeting = Answered;
        return false;
    }

    /// <summary>An exception inside the runtime, or in an observer or a secure world that it called: loud, and not a hang.</summary>
    protected override void StepFailed(Message message, Exception cause)
    {
        Log.InvocationFailed(Domain.Logger, Name, cause);
        Caller.Fault(new MinkTransportException(ResultCode.Defunct, Errno.EIO, InvocationPhase.Sent, false, $"The transaction failed inside the runtime, on {message.Describe()}: {cause.Message}", cause));
    }

    /// <summary>Puts target and input objects: they are held for the transaction, and no longer (spec/01 section 5, row 6).</summary>
    public sealed override void PutInputs()
    {
        for (var i = 0; i < _inputObjects; i++) Put(ref _inputs, i);
        if (_holdsTarget) Target!.Release();
        _holdsTarget = false;
    }

    public sealed override void RecycleNow()
    {
        Generation++;
        PutInputs();
        for (var i = 0; i < Counts.OutputObjects; i++) Put(ref _outputs, i);
        Target = null;
        _failure = null;
        _inputBuffers = _outputBuffers = _inputObjects = 0;
        LeaveChain();
        Caller.Reset();
        ReturnToPool();
    }

    Reply IValueTaskSource<Reply>.GetResult(short token)
    {
        // Asked too early, or a second time: refused before anything is touched, for the call may run, or be somebody else's.
        if (_completion.GetStatus(token) == ValueTaskSourceStatus.Pending) throw new InvalidOperationException("The call is not answered yet: await it.");
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

    private bool IsAsDeclared => _inputBuffers == Counts.InputBuffers && _outputBuffers == Counts.OutputBuffers && _inputObjects == Counts.InputObjects;

    private Exception NotAsDeclared() =>
        Abandoned(new InvalidOperationException($"Declared {Counts}, but {_inputBuffers} input buffers, {_outputBuffers} output buffers and {_inputObjects} input objects were given."));

    private Exception NotDeclared(string what, int given) =>
        Abandoned(new InvalidOperationException($"The call was declared with {Counts}; {what} {given} is one too many or comes too late (inputs first, then outputs)."));

    private Exception TooLarge(Refusal refusal) =>
        Abandoned(new MinkTransportException(ResultCode.MaxData, Errno.EINVAL, InvocationPhase.Preparing, true, $"The call cannot be put into a message: {refusal}"));

    /// <summary>The call cannot be made: it is given up, with what was lent to it, before the caller is told why.</summary>
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
