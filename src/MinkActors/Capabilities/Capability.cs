using System.Runtime.CompilerServices;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>
/// One counted reference to an object, and with it the right to call it. Copying is explicit (<see cref="Retain"/>),
/// giving up is <see cref="Dispose"/>; one that was lost shows in <see cref="MinkSystem.GetLiveReferences"/> with the
/// line that made it.
/// </summary>
/// <remarks>Any thread. After disposal every use throws and reaches no object, whatever was created since (spec/11 D-83).</remarks>
public class Capability : IDisposable, IAsyncDisposable
{
    private readonly string _file;
    private readonly int _line;
    private MinkObject? _target;
    private int _isGone;    // who sets it first has the reference: a number, because exchanging the reference itself costs the collector's barrier
    private LivePlace _place;

    /// <summary>Takes over one reference that the caller owns.</summary>
    internal Capability(MinkObject target, string file, int line)
    {
        _target = target;
        _file = file;
        _line = line;
        if (target.IsCounted) target.Domain.Handles.Add(this);
    }

    /// <summary>A handle that has no object yet: <see cref="Look"/> makes it.</summary>
    private protected Capability(Domain domain, string file, int line)
    {
        _file = file;
        _line = line;
        domain.Handles.Add(this);
    }

    /// <summary>What kind of object the reference names.</summary>
    public ObjectKind Kind => Target.Kind;

    /// <summary>The object's name in logs, traces and the actor tree.</summary>
    public string Name => TargetOrNull?.Name ?? NameWithoutObject;

    /// <summary>The object's actor, to be watched. It is told <see cref="Actors.Terminated"/> when the object has ended.</summary>
    public Actors.ActorRef Actor => Target;

    /// <summary>False once the reference was given up or moved.</summary>
    public bool IsLive => Volatile.Read(ref _isGone) == 0;

    /// <summary>The line that made this reference.</summary>
    public string MadeAt => $"{Path.GetFileName(_file)}:{_line}";

    /// <summary>The object; null when the reference is gone, or has none yet.</summary>
    internal MinkObject? TargetOrNull => Volatile.Read(ref _target);

    internal MinkObject Target => TargetOrNull ?? Look() ?? throw Released();

    private protected virtual string NameWithoutObject => "(released)";

    /// <summary>Invokes a method and waits for its answer.</summary>
    /// <param name="method">Method number, 0 to 0xFFFD; RELEASE and RETAIN are the runtime's own (spec/01 section 2.1).</param>
    /// <param name="arguments">Bytes are copied before this returns; objects stay the caller's.</param>
    /// <returns>The object's answer, to be disposed once. A result other than 0 is the object's own word, not an error of the path.</returns>
    /// <exception cref="MinkTransportException">The path failed; its phase and <see cref="MinkTransportException.IsRetrySafe"/> say whether the object may have run.</exception>
    public ValueTask<Reply> InvokeAsync(uint method, params ReadOnlySpan<Argument> arguments) => InvokeAsync(method, CallOptions.None, arguments);

    /// <inheritdoc cref="InvokeAsync(uint, ReadOnlySpan{Argument})"/>
    /// <param name="method">Method number.</param>
    /// <param name="cancellationToken">Ends the wait only: the transaction lives until the peer has answered, and what arrives late is released.</param>
    /// <param name="arguments">The arguments.</param>
    public ValueTask<Reply> InvokeAsync(uint method, CancellationToken cancellationToken, params ReadOnlySpan<Argument> arguments) =>
        InvokeAsync(method, new CallOptions { CancellationToken = cancellationToken }, arguments);

    /// <inheritdoc cref="InvokeAsync(uint, ReadOnlySpan{Argument})"/>
    /// <param name="method">Method number.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <param name="arguments">The arguments.</param>
    public ValueTask<Reply> InvokeAsync(uint method, in CallOptions options, params ReadOnlySpan<Argument> arguments)
    {
        Span<int> of = stackalloc int[4];
        foreach (ref readonly var argument in arguments) of[(int)argument.Kind]++;
        if (!ArgumentCounts.TryCreate(of[0], of[1], of[2], of[3], out var counts, out var refusal)) return MinkTransportException.Refused(ResultCode.MaxArguments, Errno.EINVAL, refusal);
        var call = Call(method, counts);
        for (var kind = ArgumentKind.InputBuffer; kind <= ArgumentKind.OutputObject; kind++)
        {
            if (of[(int)kind] == 0) continue;
            foreach (ref readonly var argument in arguments)
            {
                if (argument.Kind != kind) continue;
                switch (kind)
                {
                    case ArgumentKind.InputBuffer: call.In(argument.Bytes); break;
                    case ArgumentKind.OutputBuffer: call.Out(argument.Size); break;
                    case ArgumentKind.InputObject: call.In(argument.Object); break;
                }
            }
        }
        return call.SendAsync(options);
    }

    /// <summary>Starts a call whose argument counts are known: what generated proxies use. Nothing is allocated.</summary>
    /// <param name="method">Method number.</param>
    /// <param name="counts">How many arguments of each kind will follow.</param>
    /// <returns>Add the arguments, then send it, or abandon it.</returns>
    public OutgoingCall Call(uint method, ArgumentCounts counts)
    {
        var target = RetainTarget();
        var invocation = target.BeginInvocation();
        invocation.Begin(target, new Operation(method), counts);
        return new OutgoingCall(invocation);
    }

    /// <summary>A second reference to the same object, owned by the caller.</summary>
    public Capability Retain([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        return RetainTarget().CreateHandle(file, line);
    }

    /// <summary>One reference for the caller. Another thread may dispose this handle meanwhile: then it throws as any use after disposal.</summary>
    internal MinkObject RetainTarget()
    {
        var target = Target;
        return target.TryRetain() ? target : throw Released();
    }

    /// <summary>Gives the reference up. A second time does nothing.</summary>
    public void Dispose()
    {
        if (AlwaysOrNull is null && TryEnd()) Put();
        GC.SuppressFinalize(this);
    }

    /// <summary>As <see cref="Dispose"/>; a release is sent later and in order, nothing is waited for.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Moves the reference out of the handle: the caller owns it now. Null when there is none.</summary>
    internal MinkObject? Detach()
    {
        if (AlwaysOrNull is { } always) return always;
        // Before the handle ends: if none can be made, the reference is still the handle's.
        if (TargetOrNull is null) Look();
        return TryEnd() ? TakeOut() : null;
    }

    /// <summary>Makes the object of a handle that has none yet, once. Null: there is none to make.</summary>
    private protected virtual MinkObject? Look() => null;

    /// <summary>The object behind a handle that has none yet: its one reference is the handle's.</summary>
    private protected void Show(MinkObject made) => Volatile.Write(ref _target, made);

    /// <summary>Puts the reference. By the one who ended the handle.</summary>
    private protected virtual void Put() => TakeOut().Release();

    private MinkObject TakeOut()
    {
        var target = Target;
        Volatile.Write(ref _target, null);
        target.Domain.Handles.Remove(this);
        return target;
    }

    /// <summary>Static objects are nobody's to give up: their handles stay good, and no list knows them.</summary>
    private MinkObject? AlwaysOrNull => TargetOrNull is { IsCounted: false } always ? always : null;

    private bool TryEnd() => _isGone == 0 && Interlocked.Exchange(ref _isGone, 1) == 0;

    /// <summary>Where it stands among its domain's live handles.</summary>
    internal readonly struct Place : IPlaceOf<Capability>
    {
        public static ref LivePlace Of(Capability member) => ref member._place;
    }

    private ObjectDisposedException Released() => new(nameof(Capability), $"The reference made at {MadeAt} was released; no object was reached.");
}
