using System.Text.Json;
using MinkActors.Actors;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Device;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Tracing;

/// <summary>Writes what clients do at the device, and what the runtime does for them, as JSON Lines: one object for each step.</summary>
/// <remarks>Any thread; steps stand in the order in which they took the lock. Times are milliseconds since the trace began.</remarks>
internal sealed class TraceWriter : IMinkObserver, IDeviceObserver, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stream _file;
    private readonly Utf8JsonWriter _json;
    private readonly TimeProvider _time;
    private readonly long _began;
    private bool _isClosed;

    /// <param name="file">The writer's from here on.</param>
    public TraceWriter(Stream file, TimeProvider time)
    {
        (_file, _time, _began) = (file, time, time.GetTimestamp());
        _json = new Utf8JsonWriter(file);
    }

    public void Opened(int context, ClientProcess client) =>
        Write("open", context, client.ThreadId, json => json.WriteNumber("process", client.ProcessId));

    public void Closed(int context) => Write("close", context, 0, _ => { });

    public void Invoking(int context, int thread, ReadOnlySpan<byte> block)
    {
        var bytes = block.ToArray();
        Write("invoke", context, thread, json => TraceBlocks.Invocation(json, bytes, isAnswered: false));
    }

    public void Ended(int context, int thread, uint request, Errno errno, ReadOnlySpan<byte> block)
    {
        var bytes = block.ToArray();
        Write("ioctl", context, thread, json =>
        {
            json.WriteString("name", TeeIoctl.NameOf(request) ?? $"0x{request:X8}");
            json.WriteString("errno", errno.ToString());
            TraceBlocks.Write(json, request, bytes, errno == Errno.Ok);
        });
    }

    void IMinkObserver.Invoked(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes) =>
        Hop("sent", target, json => Message(json, operation, counts, bytes));

    void IMinkObserver.Completed(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes) =>
        Hop("completed", target, json => Answer(json, operation, result, bytes));

    void IMinkObserver.Failed(ActorRef invocation, ActorRef target, Operation operation, MinkTransportException failure) =>
        Hop("failed", target, json =>
        {
            Answer(json, operation, failure.Code, 0);
            json.WriteString("why", failure.Message);
        });

    void IMinkObserver.CallbackRequested(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes) =>
        Hop("callback", target, json => Message(json, operation, counts, bytes));

    void IMinkObserver.CallbackAnswered(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes) =>
        Hop("answered", target, json => Answer(json, operation, result, bytes));

    void IMinkObserver.Exported(ActorRef target, ObjectId id) => Hop("exported", target, json => json.WriteString("id", id.ToString()));

    void IMinkObserver.Unexported(ActorRef target, ObjectId id) => Hop("unexported", target, json => json.WriteString("id", id.ToString()));

    void IMinkObserver.Imported(ActorRef target, ObjectId id) => Hop("imported", target, json => json.WriteString("id", id.ToString()));

    void IMinkObserver.Released(ActorRef target, ObjectId id, MinkTransportException? failure) => Hop("released", target, json =>
    {
        json.WriteString("id", id.ToString());
        if (failure is not null) json.WriteString("why", failure.Message);
    });

    void IMinkObserver.Refused(string what, Operation operation) => Write("refused", 0, 0, json =>
    {
        json.WriteNumber("op", operation.Method);
        json.WriteString("why", what);
    });

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            _json.Dispose();
            _file.Dispose();
        }
    }

    private static void Message(Utf8JsonWriter json, Operation operation, ArgumentCounts counts, int bytes)
    {
        json.WriteNumber("op", operation.Method);
        json.WriteString("arguments", counts.ToString());
        json.WriteNumber("bytes", bytes);
    }

    private static void Answer(Utf8JsonWriter json, Operation operation, ResultCode result, int bytes)
    {
        json.WriteNumber("op", operation.Method);
        json.WriteNumber("result", (int)result);
        json.WriteNumber("bytes", bytes);
    }

    private void Hop(string step, ActorRef target, Action<Utf8JsonWriter> fields)
    {
        var name = target.Name;                          // before the lock: names are computed
        Write(step, 0, 0, json =>
        {
            json.WriteString("object", name);
            fields(json);
        });
    }

    private void Write(string step, int context, int thread, Action<Utf8JsonWriter> fields)
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _json.WriteStartObject();
            _json.WriteNumber("t", Math.Round(_time.GetElapsedTime(_began).TotalMilliseconds, 3));
            _json.WriteString("step", step);
            if (context != 0) _json.WriteNumber("context", context);
            if (thread != 0) _json.WriteNumber("thread", thread);
            fields(_json);
            _json.WriteEndObject();
            _json.Flush();
            _json.Reset();
            _file.WriteByte((byte)'\n');
        }
    }
}
