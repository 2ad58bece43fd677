using System.Globalization;
using System.IO.Pipes;
using MinkActors.Linux.Interception;

namespace MinkActors.Cli.Bench;

/// <summary>A C program under interception that makes as many calls as it is told to, and says how long they took.</summary>
internal sealed class InterceptedClient : IDisposable
{
    public const string Null = "null", Data = "data";

    // A kernel or a sandbox that takes the filter and then forgets its calls would keep us for ever. Far more than any round takes.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly AnonymousPipeServerStream _input = new(PipeDirection.Out, HandleInheritability.None);
    private readonly AnonymousPipeServerStream _output = new(PipeDirection.In, HandleInheritability.None);
    private readonly InterceptedCommand _command;
    private readonly StreamReader _reader;

    /// <param name="program">What <see cref="InterceptedProgram"/> has built.</param>
    /// <param name="device">Serves the program; borrowed.</param>
    /// <exception cref="InterceptionException">It cannot be started under interception here.</exception>
    public InterceptedClient(string program, ITeeDevice device)
    {
        _command = InterceptedCommand.Start(
            new CommandToRun
            {
                Program = program,
                StandardDescriptors = [(int)_input.ClientSafePipeHandle.DangerousGetHandle(), (int)_output.ClientSafePipeHandle.DangerousGetHandle()],
            },
            device,
            new InterceptionOptions());
        _input.DisposeLocalCopyOfClientHandle();
        _output.DisposeLocalCopyOfClientHandle();
        _reader = new StreamReader(_output);
    }

    /// <summary>Whether the kernel hands the processor over with each call, which makes all the difference.</summary>
    public bool WakesSynchronously => _command.WakesSynchronously;

    /// <summary>Has calls made one after the other.</summary>
    /// <param name="kind">null: no arguments; data: 64 bytes each way.</param>
    /// <returns>Nanoseconds for all of them, by the client's clock.</returns>
    /// <exception cref="NotMeasurableException">The calls fail here.</exception>
    public long Run(string kind, int count) => Ask(kind, count, isSampled: false)[0];

    /// <summary>The same, reading the clock around each call.</summary>
    /// <param name="count">At most 65,536.</param>
    /// <returns>Nanoseconds at 50, 90, 99 and 99.9 %.</returns>
    public long[] Sample(string kind, int count) => Ask(kind, count, isSampled: true)[1..];

    public void Dispose()
    {
        _command.Dispose();
        _command.Deserted.Wait();
        _input.Dispose();
        _reader.Dispose();
    }

    private long[] Ask(string kind, int count, bool isSampled)
    {
        using var limit = new Timer(_ => _command.Dispose(), null, AnswerLimit, Timeout.InfiniteTimeSpan);
        string? line;
        try
        {
            _input.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind} {count} {(isSampled ? 1 : 0)}\n")));
            line = _reader.ReadLine();
        }
        catch (IOException)
        {
            line = null;    // it has ended already
        }
        var figures = line?.Split(' ') ?? [];
        return figures.Length == 5
            ? Array.ConvertAll(figures, figure => long.Parse(figure, CultureInfo.InvariantCulture))
            : throw new NotMeasurableException($"the calls of an intercepted program fail here: {line ?? "it gave no answer"}");
    }
}
