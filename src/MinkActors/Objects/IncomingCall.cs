using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A call being served: what the callee reads, and where it puts its answer.</summary>
/// <remarks>
/// Input bytes are a private copy taken once; output space starts zeroed, and what the callee does not fill is not sent
/// (spec/11 D-110). The call owns its input objects and puts what was not taken when it ends (D-102). Pooled: not valid once
/// the callee's task has ended.
/// </remarks>
public sealed class IncomingCall : Message
{
    private const int KeptBytesMax = 16 * 1024;

    private CallContext? _context;
    private ChainPlace _chain;
    private ObjectSlots<MinkObject> _inputs;
    private ObjectSlots<Capability> _inputHandles;
    private ObjectSlots<MinkObject> _outputs;
    private byte[] _bytes = [];
    private byte[] _own = [];
    private CancellationTokenSource? _cancellation;
    private Action? _whenEnded;
    private object? _run;           // stays when the call has ended: mostly the next use has the same
    private bool _isRunKnown;
    private IIdKeeper? _idKeeper;
    private uint _unseenIds;    // bit i: input object i is still an id

    /// <summary>Entries as sent. Sizes of output buffers are capacities.</summary>
    internal ArgumentTable Table;
    private OutputSizes _outputSizes;

    internal IncomingCall() { }

    /// <summary>The operation without its transport bits (spec/11 D-14).</summary>
    public Operation Operation { get; internal set; }

    /// <summary>How many arguments of each kind.</summary>
    public ArgumentCounts Counts => Table.Counts;

    /// <summary>Fires when nobody waits for the answer any more: deadline, cancelled caller, stopping system.</summary>
    public CancellationToken Cancellation => IsAbandoned && _cancellation is null ? new CancellationToken(true) : (_cancellation ??= new CancellationTokenSource()).Token;

    internal CallChain Chain
    {
        get => _chain.Current;
        set => _chain.Enter(value);
    }
    /// <summary>Who carried the call here. Stays when the call has ended: mostly the next use has the same.</summary>
    internal ICallCarrier? Carrier
    {
        get;
        set
        {
            if (!ReferenceEquals(field, value)) field = value;
        }
    }
    internal ResultCode Result { get; set; }
    /// <summary>The object that serves the call; one reference is the carrier's for the length of the call.</summary>
    internal MinkObject? Host { get; set; }
    /// <summary>Behind this one in the host's queue.</summary>
    internal IncomingCall? NextWaiting { get; set; }
    /// <summary>The call of the same chain that this one was admitted into.</summary>
    internal IncomingCall? Outer { get; set; }
    /// <summary>What <see cref="WhenEnded"/> waited for.</summary>
    internal ValueTask<ResultCode> Awaited { get; private set; }
    internal ActorTimer? Deadline { get; set; }
    /// <summary>The carrier was answered before the code ended; the host resets the call when it does.</summary>
    internal bool IsAbandoned { get; set; }
    /// <summary>The code did not end at once: something may still run under its context later.</summary>
    internal bool WasAwaited { get; private set; }
    /// <summary>Counts the uses of the pooled object: a deadline that comes late reaches nothing.</summary>
    internal uint Life { get; private set; }
    /// <summary>Whose code it is; the host, unless the primordial object passed the call to its extension.</summary>
    internal HostedObject? ServedBy { get; private set; }
    /// <summary>What the host's turn runs on that serves or answers the call; null when that is not known. Said anew in each use of the call.</summary>
    internal object? Run
    {
        get => _isRunKnown ? _run : null;
        set
        {
            if (!ReferenceEquals(_run, value)) _run = value;
            _isRunKnown = true;
        }
    }
    /// <summary>Made once: what the awaited code runs when it ends.</summary>
    private Action WhenEnded => _whenEnded ??= () => ServedBy!.Ended(this);

    /// <summary>The bytes of input buffer <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> Input(int index)
    {
        Require(index, Counts.InputBuffers, "input buffers");
        var entry = Table.InputBuffer(index);
        return _bytes.AsSpan(entry.Offset, entry.Size);
    }

    /// <summary>Input buffer <paramref name="index"/> as one value; INVALID to the caller when its size is another.</summary>
    public T Read<T>(int index) where T : unmanaged
    {
        var bytes = Input(index);
        if (bytes.Length != Unsafe.SizeOf<T>()) throw new MinkException(ResultCode.Invalid, $"Input buffer {index} has {bytes.Length} bytes, {Unsafe.SizeOf<T>()} expected.");
        return MemoryMarshal.Read<T>(bytes);
    }

    /// <summary>Bytes that output buffer <paramref name="index"/> can take.</summary>
    public int OutputCapacity(int index)
    {
        Require(index, Counts.OutputBuffers, "output buffers");
        return Table.OutputBuffer(index).Size;
    }

    /// <summary>The whole of output buffer <paramref name="index"/>, zeroed; say with <see cref="SetOutputSize"/> how much of it is the answer.</summary>
    public Span<byte> Output(int index)
    {
        Require(index, Counts.OutputBuffers, "output buffers");
        var entry = Table.OutputBuffer(index);
        return _bytes.AsSpan(entry.Offset, entry.Size);
    }

    /// <summary>How many bytes of output buffer <paramref name="index"/> are the answer, from 0 to its capacity.</summary>
    public void SetOutputSize(int index, int size)
    {
        Require(index, Counts.OutputBuffers, "output buffers");
        if ((uint)size > (uint)Table.OutputBuffer(index).Size) throw new MinkException(ResultCode.SizeOut, $"Output buffer {index} takes {Table.OutputBuffer(index).Size} bytes, {size} given.");
        _outputSizes[index] = size;
    }

    /// <summary>Fills output buffer <paramref name="index"/>; SIZE_OUT to the caller when it does not fit.</summary>
    public void Write(int index, ReadOnlySpan<byte> bytes)
    {
        SetOutputSize(index, bytes.Length);
        Payload.Copy(bytes, Output(index));
    }

    /// <summary>Fills output buffer <paramref name="index"/> with one value.</summary>
    public void Write<T>(int index, in T value) where T : unmanaged => Write(index, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Input object <paramref name="index"/>, lent until the call ends; null for the null object.</summary>
    public Capability? InputObject(int index, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Require(index, Counts.InputObjects, "input objects");
        if (_inputHandles[index] is { } made) return made;
        if (IsAbandoned) throw GivenUp();
        if (IsUnseen(index))
        {
            _inputHandles[index] = _idKeeper!.CreateHandle(Table.InputObject(index), file, line);
            _unseenIds &= ~(1u << index);
            return _inputHandles[index];
        }
        if (_inputs[index] is not { } target) return null;
        _inputs[index] = null;
        return _inputHandles[index] = target.CreateHandle(file, line);
    }

    /// <summary>Input object <paramref name="index"/>, now the callee's to dispose.</summary>
    public Capability? TakeInput(int index, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var taken = InputObject(index, file, line);
        if (taken is not null) _inputHandles[index] = null;
        return taken;
    }

    /// <summary>Answers output object <paramref name="index"/>. The reference moves: it is the caller's, or put if the call fails.</summary>
    public void SetOutputObject(int index, Capability? moved)
    {
        Require(index, Counts.OutputObjects, "output objects");
        if (moved is not null && !ReferenceEquals(moved.Target.Domain, Host!.Domain)) throw new MinkException(ResultCode.BadObject, $"Output object {index} belongs to another domain.");
        if (IsAbandoned)
        {
            moved?.Dispose();
            throw GivenUp();
        }
        _outputs[index]?.Release();
        _outputs[index] = moved?.Detach();
    }

    /// <summary>Answers output object <paramref name="index"/> with a new object.</summary>
    public void SetOutputObject(int index, IMinkObject implementation, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        SetOutputObject(index, Host!.ExportBeside(implementation, file, line));

    /// <summary>One reference moves in as the answer.</summary>
    internal void AnswerObject(int index, MinkObject owned) => _outputs[index] = owned;

    internal int OutputSize(int index) => _outputSizes[index];

    /// <summary>One reference moves in.</summary>
    internal void SetInput(int index, MinkObject? owned) => _inputs[index] = owned;

    /// <summary>The callback ids among the inputs of the table are the call's from here on, each with the reference that came with it.
    /// The code gets a handle of one when it first looks at it; most are passed on or let go as they came.</summary>
    internal void KeepIds(IIdKeeper keeper)
    {
        for (var i = 0; i < Counts.InputObjects; i++)
        {
            if (Table.InputObject(i).IsCallback) _unseenIds |= 1u << i;
        }
        if (_unseenIds != 0) _idKeeper = keeper;
    }

    /// <summary>Whether input object <paramref name="index"/> is still an id.</summary>
    internal bool IsUnseen(int index) => (_unseenIds & 1u << index) != 0;

    /// <summary>One reference moves out: the answer's output object.</summary>
    internal MinkObject? TakeOutput(int index)
    {
        var taken = _outputs[index];
        _outputs[index] = null;
        return taken;
    }

    internal MinkObject? PeekOutput(int index) => _outputs[index];

    internal MinkObject? PeekInput(int index) => _inputs[index] ?? (_inputHandles[index] is { IsLive: true } handle ? handle.Target : null);

    /// <summary>Takes the payload of a message whose table was read: inputs are copied, output space starts zero, so that
    /// nothing of an earlier call can be answered by accident (spec/11 D-110).</summary>
    internal void TakeInputBytes(ReadOnlySpan<byte> shared)
    {
        var counts = Counts;
        if (!counts.HasBuffers) return;
        var start = Table.PayloadStart;
        var end = Table.PayloadEnd;
        var bytes = OwnBytes(end);
        var outputs = counts.OutputBuffers == 0 ? end : Table.OutputBuffer(0).Offset;
        Payload.Copy(shared[start..outputs], bytes.AsSpan(start));
        bytes.AsSpan(outputs, end - outputs).Clear();
    }

    /// <summary>Private room for the payload; index = offset in the message. Bytes up to <paramref name="end"/> are undefined.</summary>
    internal byte[] OwnBytes(int end)
    {
        if (_own.Length < end)
        {
            _own = end > KeptBytesMax
                ? ArrayPool<byte>.Shared.Rent(end)
                : GC.AllocateUninitializedArray<byte>(Math.Max(256, (int)BitOperations.RoundUpToPowerOf2((uint)end)));
        }
        return _bytes = _own;
    }

    /// <summary>A caller of the same domain lends its message instead of having it copied.</summary>
    internal void LendBytes(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> OutputBytes(int index) => _bytes.AsSpan(Table.OutputBuffer(index).Offset, _outputSizes[index]);

    /// <summary>What the code of <paramref name="host"/> that serves the call runs under.</summary>
    internal CallContext EnterContext(HostedObject host)
    {
        if (_context is not { IsKept: false } context || context.Host != host) context = _context = new CallContext(host);
        context.Enter(_chain.Current);
        return context;
    }

    /// <summary>The code goes on later: its end comes to <see cref="HostedObject.Ended(IncomingCall)"/>, in a turn of the host.</summary>
    internal void Await(HostedObject host, ValueTask<ResultCode> answer)
    {
        WasAwaited = true;
        _context!.IsKept = true;
        Run = null;
        ServedBy = host;
        Awaited = answer;
        Awaited.GetAwaiter().UnsafeOnCompleted(WhenEnded);
    }

    internal void StopDeadline()
    {
        if (Deadline is not { } deadline) return;
        deadline.Cancel();
        Deadline = null;
    }

    /// <summary>The carrier goes on without the code, which may never end: every reference that the call holds or lent is put now.</summary>
    internal void GiveUp()
    {
        IsAbandoned = true;
        PutInputs();
        DropOutputs();
    }

    /// <summary>Runs what the code registered with its token, which may throw.</summary>
    internal void SignalCancellation() => _cancellation?.Cancel();

    /// <summary>Empties what the callee set, for an answer that carries an error.</summary>
    internal void DropOutputs()
    {
        for (var i = 0; i < Counts.OutputObjects; i++) TakeOutput(i)?.Release();
    }

    /// <summary>Names each reference that the call holds besides its host and the handles it lent; for the ledger.</summary>
    internal void CollectReferences(Action<MinkObject> holds)
    {
        for (var i = 0; i < ArgumentCounts.MaxOfAKind; i++)
        {
            if (_inputs[i] is { } input) holds(input);
            if (_outputs[i] is { } output) holds(output);
        }
    }

    /// <summary>Puts what is left and makes the call ready for its next use.</summary>
    internal void Reset()
    {
        if (!Counts.IsNone) ResetArguments();
        _cancellation = null;
        _isRunKnown = false;
        Host = null;
        Deadline = null;
        IsAbandoned = false;
        NextWaiting = null;
        Outer = null;
        if (WasAwaited)
        {
            Awaited = default;
            WasAwaited = false;
        }
        _context?.LeaveChain();
        _chain.Leave();
        Life++;
        Result = ResultCode.Ok;
        RequestFrame.Begin(ref Table, default);
    }

    private void ResetArguments()
    {
        PutInputs();
        for (var i = 0; i < Counts.InputObjects; i++) _inputHandles[i] = null;
        DropOutputs();
        for (var i = 0; i < Counts.OutputBuffers; i++) _outputSizes[i] = 0;
        if (_own.Length > KeptBytesMax)
        {
            ArrayPool<byte>.Shared.Return(_own);
            _own = [];
        }
        _bytes = [];
    }

    /// <summary>The object was gone before the call reached it: answered DEFUNCT.</summary>
    protected override void Undeliverable(ActorRef target)
    {
        Result = ResultCode.Defunct;
        Carrier?.Finished(this);
    }

    private void PutInputs()
    {
        for (var i = 0; i < Counts.InputObjects; i++)
        {
            if (IsUnseen(i)) _idKeeper!.GiveUp(Table.InputObject(i));
            _inputs[i]?.Release();
            _inputs[i] = null;
            // The handle stays where it is: the code finds it disposed, not replaced.
            _inputHandles[i]?.Dispose();
        }
        _unseenIds = 0;
    }

    private static MinkException GivenUp() => new(ResultCode.Defunct, "Nobody waits for the answer any more; the call's objects were put.");

    private static void Require(int index, int count, string what)
    {
        if ((uint)index >= (uint)count) throw new MinkException(ResultCode.Invalid, $"The call has {count} {what}; {index} was asked for.");
    }

    [InlineArray(ArgumentCounts.MaxOfAKind)]
    private struct OutputSizes
    {
        private int _first;
    }
}

/// <summary>Whose ids a call brought: what becomes of them.</summary>
internal interface IIdKeeper
{
    /// <summary>A handle of the object behind the id; the reference that came with the id moves into it.</summary>
    Capability CreateHandle(ObjectId id, string file, int line);

    /// <summary>Nobody looked: the reference goes back.</summary>
    void GiveUp(ObjectId id);
}

/// <summary>Who carried a call to its object and takes the answer back.</summary>
internal interface ICallCarrier
{
    /// <summary>The call has ended; it is the carrier's again. In the host's turn, or in nobody's when the host is gone.</summary>
    void Finished(IncomingCall call);
}
