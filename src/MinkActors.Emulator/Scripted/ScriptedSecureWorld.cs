using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A secure world that does as it is told: any registers, any bytes, at any step. For tests and demonstrations of misbehaviour.</summary>
/// <remarks>
/// Each direct invocation runs one script: the oldest that was added with <see cref="Next(Func{ScriptedCall, Task})"/>, else
/// <see cref="Otherwise"/>. A script is an ordinary async method: it goes back to the normal world with a callback request and
/// continues with its answer. RELEASE is recorded and answered without a script, unless <see cref="OnRelease"/> is set.
/// Any thread.
/// </remarks>
public sealed class ScriptedSecureWorld : ISecureWorld
{
    private readonly SecureWorldContext _context;
    private readonly Lock _lock = new();
    private readonly Queue<Func<ScriptedCall, Task>> _scripts = new();
    private readonly Dictionary<ulong, ScriptedCall> _open = [];
    private readonly List<uint> _released = [];
    private readonly List<ScriptedRecord> _records = [];

    /// <param name="context">From the options' UseSecureWorld.</param>
    public ScriptedSecureWorld(SecureWorldContext context) => _context = context;

    /// <summary>What an invocation without a script of its own meets. Completes with 0 unless set.</summary>
    public Func<ScriptedCall, Task> Otherwise { get; set; } = static call =>
    {
        call.Complete();
        return Task.CompletedTask;
    };

    /// <summary>What RELEASE and RETAIN meet; null: they are recorded and answered 0.</summary>
    public Func<ScriptedCall, Task>? OnRelease { get; set; }

    /// <summary>Entries kept in <see cref="Records"/>; older ones stay, later ones are not kept.</summary>
    public int RecordsMax { get; set; } = 1000;

    /// <summary>The first exception that a script threw. Its invocation was refused with status -1.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Secure ids released so far, in order, also those whose release was then scripted to fail.</summary>
    public IReadOnlyList<uint> Released
    {
        get { lock (_lock) return [.. _released]; }
    }

    /// <summary>What was sent here, in order.</summary>
    public IReadOnlyList<ScriptedRecord> Records
    {
        get { lock (_lock) return [.. _records]; }
    }

    /// <summary>Entries into this world so far.</summary>
    public long Entered { get; private set; }

    /// <summary>Adds a script for one invocation.</summary>
    public void Next(Func<ScriptedCall, Task> script)
    {
        lock (_lock) _scripts.Enqueue(script);
    }

    /// <summary>Adds a script for one invocation that makes no callback.</summary>
    public void Next(Action<ScriptedCall> script) => Next(call =>
    {
        script(call);
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public void Enter(SecureEntry entry)
    {
        ref readonly var registers = ref entry.Registers;
        var isResponse = (uint)registers.X0 == SmcCall.CallbackResponseFunctionId;
        var outbound = isResponse ? registers.X2 : registers.X4;
        ScriptedCall? waiting;
        lock (_lock)
        {
            Entered++;
            Record(registers, isResponse);
            if (_open.Remove(outbound, out waiting)) waiting.IsAnswered = isResponse;
        }
        if (waiting is not null) waiting.Resume(entry);
        else Start(entry, outbound);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The call's next entry, by its outbound buffer, continues its script.</summary>
    internal void Await(ScriptedCall call)
    {
        lock (_lock) _open[call.OutboundAddress] = call;
    }

    private void Start(SecureEntry entry, ulong outboundAddress)
    {
        if (!TryFind(entry.Registers.X2, out var inbound) || !TryFind(outboundAddress, out var outbound))
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusBadAddress));
            return;
        }
        var call = new ScriptedCall(this, entry, inbound, outbound);
        _ = Run(ScriptFor(call), call);
    }

    private Func<ScriptedCall, Task> ScriptFor(ScriptedCall call)
    {
        lock (_lock)
        {
            if (call.Operation.CountsReferences)
            {
                if (call.Operation.IsRelease) _released.Add(call.Target.Value);
                return OnRelease ?? (static release =>
                {
                    release.Complete();
                    return Task.CompletedTask;
                });
            }
            return _scripts.TryDequeue(out var script) ? script : Otherwise;
        }
    }

    private async Task Run(Func<ScriptedCall, Task> script, ScriptedCall call)
    {
        try
        {
            await script(call);
        }
        catch (Exception failure)
        {
            Failure ??= failure;
            if (call.IsInside) call.Fail(-1);
        }
    }

    private bool TryFind(ulong address, out SharedRegion region)
    {
        region = null!;
        if (!_context.Memory.TryResolve(address, 1, out var found, out var offset) || offset != 0) return false;
        region = found;
        return true;
    }

    private void Record(in SmcRegisters registers, bool isResponse)
    {
        if (_records.Count >= RecordsMax || !TryFind(registers.X2, out var message)) return;
        _records.Add(new ScriptedRecord(registers, isResponse, message.PeerRead.ToArray()));
    }
}

/// <summary>One entry as it came.</summary>
/// <param name="Registers">Registers going in.</param>
/// <param name="IsResponse">A callback reply; else a direct invocation.</param>
/// <param name="Message">The whole buffer that x2 names: inbound for an invocation, outbound for a reply.</param>
public sealed record ScriptedRecord(SmcRegisters Registers, bool IsResponse, byte[] Message);
