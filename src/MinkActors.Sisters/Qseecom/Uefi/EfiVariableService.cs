using MinkActors.Actors;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Sisters.Qseecom.Uefi;

/// <summary>UEFI variables, whoever serves them: one client at a time, one operation at a time, in order (spec/08 section 11, U1).</summary>
/// <remarks>Any thread. Statuses are answers and not exceptions, except in <see cref="ReadAsync"/> and <see cref="ListAsync"/>.</remarks>
public sealed class EfiVariableService
{
    private readonly ActorSystem _actors;
    private readonly Line _line;
    private UefiClient? _client;

    internal EfiVariableService(ActorSystem actors)
    {
        _actors = actors;
        _line = actors.Spawn(new Line(), "efi-variables");
    }

    /// <summary>Makes the client serve. Dispose what is returned to take it away.</summary>
    /// <exception cref="QseecomException">EEXIST: another client serves.</exception>
    public IAsyncDisposable Register(UefiClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (Interlocked.CompareExchange(ref _client, client, null) is not null) throw new QseecomException(QseecomErrno.EEXIST, "UEFI variables are served by a client already", false, InvocationPhase.Preparing);
        return new Registration(this, client);
    }

    /// <summary>Reads one variable.</summary>
    /// <param name="name">Null: invalid parameter, as in C.</param>
    /// <param name="vendor">Null: invalid parameter.</param>
    /// <param name="capacity">Room for the data in bytes; 0 asks for size and attributes only.</param>
    /// <param name="buffer">Where the data goes; null only with capacity 0. Written only on success.</param>
    /// <param name="options">Deadline and cancellation.</param>
    public Task<EfiGetResult> GetAsync(string? name, Guid? vendor, uint capacity, Memory<byte>? buffer, CallOptions options = default) =>
        RunAsync(client => client.GetAsync(name, vendor, capacity, buffer, options), new EfiGetResult(EfiStatus.NotReady));

    /// <summary>Creates, changes, appends to, or deletes one variable.</summary>
    /// <param name="name">Null: invalid parameter.</param>
    /// <param name="vendor">Null: invalid parameter.</param>
    /// <param name="attributes">None deletes.</param>
    /// <param name="size">Bytes of the data; 0 deletes.</param>
    /// <param name="data">At least that many bytes; null only with size 0. Copied in the operation's turn: leave it alone until the task has ended.</param>
    /// <param name="options">Deadline and cancellation.</param>
    public Task<EfiStatus> SetAsync(string? name, Guid? vendor, EfiAttributes attributes, uint size, ReadOnlyMemory<byte>? data, CallOptions options = default) =>
        RunAsync(client => client.SetAsync(name, vendor, attributes, size, data, options), EfiStatus.NotReady);

    /// <summary>Names the variable behind a given one.</summary>
    /// <param name="name">The empty name starts; null: invalid parameter.</param>
    /// <param name="vendor">Null: invalid parameter.</param>
    /// <param name="capacity">Room for the name in bytes, terminator included.</param>
    /// <param name="options">Deadline and cancellation.</param>
    public Task<EfiNextResult> NextAsync(string? name, Guid? vendor, uint capacity, CallOptions options = default) =>
        RunAsync(client => client.NextAsync(name, vendor, capacity, options), new EfiNextResult(EfiStatus.NotReady));

    /// <summary>Asks how much room there is for variables with these attributes.</summary>
    public Task<EfiQueryResult> QueryAsync(EfiAttributes attributes, CallOptions options = default) =>
        RunAsync(client => client.QueryAsync(attributes, options), new EfiQueryResult(EfiStatus.NotReady));

    /// <summary>Reads one variable, whatever its size.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="EfiException">Any status but success and not found.</exception>
    public async Task<EfiVariable?> ReadAsync(string name, Guid vendor, CallOptions options = default)
    {
        // It may grow between the two calls: asked again then, a few times.
        for (var tries = 0; ; tries++)
        {
            var size = await GetAsync(name, vendor, 0, null, options);
            if (size.Status == EfiStatus.BufferTooSmall) size = size with { Status = EfiStatus.Success };
            if (size.Status == EfiStatus.NotFound) return null;
            if (size.Status != EfiStatus.Success) throw new EfiException($"Reading {name}", size.Status);
            var data = new byte[size.Size];
            var got = await GetAsync(name, vendor, size.Size, data, options);
            if (got.Status == EfiStatus.Success) return new EfiVariable(name, vendor, got.Attributes, data[..(int)Math.Min(got.Size, size.Size)]);
            if (got.Status == EfiStatus.NotFound) return null;
            if (got.Status != EfiStatus.BufferTooSmall || tries == 3) throw new EfiException($"Reading {name}", got.Status);
        }
    }

    /// <summary>All variables in the order of their creation. Not one moment's picture when others change them meanwhile.</summary>
    /// <exception cref="EfiException">A status that ends the enumeration before its end.</exception>
    public async Task<IReadOnlyList<EfiVariable>> ListAsync(CallOptions options = default)
    {
        var found = new List<EfiVariable>();
        var (name, vendor) = ("", Guid.Empty);
        while (true)
        {
            var next = await NextAsync(name, vendor, UefiLimits.NameSizeMax, options);
            if (next.Status == EfiStatus.NotFound) return found;
            if (next.Status != EfiStatus.Success) throw new EfiException("Enumerating variables", next.Status);
            (name, vendor) = (next.Name, next.Vendor);
            if (await ReadAsync(name, vendor, options) is { } variable) found.Add(variable);
        }
    }

    internal void Stop() => _actors.Stop(_line);

    private Task<TResult> RunAsync<TResult>(Func<UefiClient, Task<TResult>> run, TResult notReady)
    {
        var operation = new Operation<TResult>(_actors, () => Volatile.Read(ref _client) is { } client ? run(client) : Task.FromResult(notReady));
        _line.Tell(operation);
        return operation.Result;
    }

    private sealed class Registration(EfiVariableService service, UefiClient client) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Interlocked.CompareExchange(ref service._client, null, client);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Operations in order, one at a time.</summary>
    private sealed class Line : Actor
    {
        private readonly Queue<Operation> _waiting = [];
        private bool _isBusy;

        protected override void Receive(Message message)
        {
            if (message is Operation operation) _waiting.Enqueue(operation);
            else _isBusy = false;
            while (!_isBusy && _waiting.TryDequeue(out var next)) _isBusy = !RunUserCode(static work => work.RunAsync(), next, new UserCodeDone());
        }
    }

    private abstract class Operation : Message
    {
        public abstract ValueTask RunAsync();
    }

    private sealed class Operation<TResult>(ActorSystem actors, Func<Task<TResult>> run) : Operation
    {
        private readonly TaskCompletionSource<TResult> _result = new(actors.CompletionOptions);

        public Task<TResult> Result => _result.Task;

        public override async ValueTask RunAsync()
        {
            try
            {
                _result.TrySetResult(await run());
            }
            catch (Exception failure)
            {
                _result.TrySetException(failure);
            }
        }

        protected override void Undeliverable(ActorRef target) => _result.TrySetException(QseecomException.Defunct("QSEECOM has stopped"));
    }
}
