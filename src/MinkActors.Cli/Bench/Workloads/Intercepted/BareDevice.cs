using System.Buffers.Binary;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;
using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>The floor under an intercepted invocation: the same reads and writes of the client's memory, and nothing done in between.</summary>
internal sealed class BareDevice : ITeeDevice, ITeeFile
{
    private const int ResultOffset = 12;

    private readonly byte[] _block = new byte[TeeLimits.BlockBytesMax];
    private readonly byte[] _payload = new byte[TeeLimits.BlockBytesMax];

    public ITeeFile? Open(ClientProcess client, out Errno refusal)
    {
        refusal = Errno.Ok;
        return this;
    }

    public void Ioctl(TeeCall call)
    {
        Span<byte> argument = stackalloc byte[BufferArgument.SizeBytes];
        call.TryRead(call.Argument, argument);
        var (address, length) = (BinaryPrimitives.ReadUInt64LittleEndian(argument), (int)BinaryPrimitives.ReadUInt64LittleEndian(argument[8..]));
        var block = _block.AsSpan(0, length);
        call.TryRead(address, block);
        for (var at = InvokeHeader; at < length; at += TeeParameter.SizeBytes)
        {
            var parameter = TeeParameter.Read(block[at..]);
            var payload = _payload.AsSpan(0, (int)parameter.B);
            if (parameter.Is(ParameterKind.UbufInput)) call.TryRead(parameter.A, payload);
            else if (parameter.Is(ParameterKind.UbufOutput)) call.TryWrite(parameter.A, payload);
        }

        call.TryWrite(address + ResultOffset, block[ResultOffset..]);
        call.Return(0);
    }

    public void Interrupted(TeeCall call) => call.Interrupt();

    public void Abandoned(TeeCall call)
    {
    }

    public void Close()
    {
    }

    private const int InvokeHeader = 24;
}
