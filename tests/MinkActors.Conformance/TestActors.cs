using System.Collections.Concurrent;
using System.Threading.Channels;
using MinkActors.Actors;

namespace MinkActors.Conformance;

/// <summary>A message with a text that counts how often it was given up.</summary>
public sealed class Text(string value) : Message
{
    private int _givenUp;

    public string Value => value;

    public int GivenUp => Volatile.Read(ref _givenUp);

    protected override void Undeliverable(ActorRef target) => Interlocked.Increment(ref _givenUp);

    public override string Describe() => $"Text({value})";
}

/// <summary>A message that one sender numbers.</summary>
public sealed class Numbered(int sender, int number) : Message
{
    public int Sender => sender;

    public int Number => number;
}

/// <summary>A question that may be answered at leisure.</summary>
public sealed class Question(string text = "") : Request<string>
{
    public string Text => text;
}

/// <summary>Does what the test says.</summary>
public class Scripted : Actor
{
    public Action<Scripted, Message> OnReceive { get; set; } = static (_, _) => { };

    public Action<Scripted> OnStarted { get; set; } = static _ => { };

    public Action<Scripted> OnStopped { get; set; } = static _ => { };

    public Action<Scripted, Exception> OnRestarting { get; set; } = static (_, _) => { };

    public Func<ActorRef, Exception, Directive> OnSupervise { get; set; } = static (_, _) => Directive.Stop;

    public ActorPlacement Where { get; init; }

    protected override ActorPlacement Placement => Where;

    protected override void Receive(Message message) => OnReceive(this, message);

    protected override void Started() => OnStarted(this);

    protected override void Stopped() => OnStopped(this);

    protected override void Restarting(Exception cause) => OnRestarting(this, cause);

    protected override Directive Supervise(ActorRef child, Exception cause) => OnSupervise(child, cause);

    public SynchronizationContext Context => UserContext;

    public bool Run(Func<ValueTask> code, UserCodeDone done) => RunUserCode(static code => code(), code, done);

    public bool Run<T>(Func<ValueTask<T>> code, UserCodeDone<T> done) => RunUserCode(static code => code(), code, done);
}

/// <summary>Keeps what it receives until the test asks for it.</summary>
public sealed class Probe : Actor
{
    private readonly Channel<Message> _received = Channel.CreateUnbounded<Message>();

    /// <summary>The next message, now or when it comes.</summary>
    public async Task<Message> Next() => await _received.Reader.ReadAsync();

    /// <summary>The next message, which must be of this type.</summary>
    public async Task<T> Next<T>() where T : Message => Assert.IsType<T>(await Next());

    public bool HasMore => _received.Reader.TryPeek(out _);

    protected override void Receive(Message message) => _received.Writer.TryWrite(message);
}

/// <summary>What happened, in order, from any thread; and a wait for the n-th entry.</summary>
public sealed class Journal
{
    private readonly ConcurrentQueue<string> _entries = new();
    private readonly Channel<string> _arrivals = Channel.CreateUnbounded<string>();

    public string[] Entries => [.. _entries];

    public void Add(string entry)
    {
        _entries.Enqueue(entry);
        _arrivals.Writer.TryWrite(entry);
    }

    /// <summary>Waits until that many more entries have come.</summary>
    public async Task Await(int count)
    {
        for (var index = 0; index < count; index++) await _arrivals.Reader.ReadAsync();
    }
}
