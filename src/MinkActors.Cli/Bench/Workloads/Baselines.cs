using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MinkActors.Cli.Bench;

/// <summary>The floor: a virtual call that copies the same bytes in and out, and nothing else.</summary>
internal abstract class PlainTarget
{
    public abstract int Call(ReadOnlySpan<byte> input, Span<byte> output);

    public static PlainTarget Create() => new Echo();

    private sealed class Echo : PlainTarget
    {
        private readonly byte[] _message = new byte[64 * 1024];

        /// <summary>Into the message and out of it, as an invocation must.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public override int Call(ReadOnlySpan<byte> input, Span<byte> output)
        {
            input.CopyTo(_message);
            _message.AsSpan(0, output.Length).CopyTo(output);
            return output.Length;
        }
    }
}

/// <summary>The actor one would write without a library: a channel, a loop, one TaskCompletionSource a call.</summary>
internal sealed class ChannelActor : IAsyncDisposable
{
    private readonly Channel<TaskCompletionSource<int>> _mailbox = Channel.CreateUnbounded<TaskCompletionSource<int>>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _loop;

    public ChannelActor() => _loop = Run();

    public Task<int> Ask()
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mailbox.Writer.TryWrite(answer);
        return answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _mailbox.Writer.Complete();
        await _loop;
    }

    private async Task Run()
    {
        await foreach (var call in _mailbox.Reader.ReadAllAsync()) call.SetResult(1);
    }
}
