using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>
/// Fetches a call's argument together with the block it will probably point to: clients call in loops with both in the same place, and each
/// access to another process costs over 1 us (design/performance.md). A wrong guess costs nothing but the bytes.
/// </summary>
/// <remarks>What was fetched is a private copy as of that moment; it serves the same call only, and only the very range asked for.</remarks>
internal sealed unsafe class ReadAhead
{
    private const int ArgumentBytes = Abi.BufferArgument.SizeBytes;

    private byte[]? _block;                              // most calls that wait never need it
    private (int Thread, ulong Argument) _learnedFrom;
    private ulong _guess;
    private int _guessBytes;
    private int _heldBytes;                              // of the guess, in this call

    /// <summary>Forgets what was fetched, not what was learned.</summary>
    public void Forget() => _heldBytes = 0;

    /// <summary>Whether reading this range is worth fetching more with it.</summary>
    public bool Fits(int thread, ulong argument, ulong address, int length) =>
        address == argument && length == ArgumentBytes && _guessBytes > 0 && _learnedFrom == (thread, argument);

    /// <summary>Reads the argument, and the guess if it is there; answers as reading the argument alone would.</summary>
    public bool Read(int thread, ulong argument, byte* into)
    {
        fixed (byte* block = _block ??= new byte[Abi.TeeLimits.BlockBytesMax])
        {
            var local = stackalloc Processes.Segment[2];
            var remote = stackalloc Processes.Segment[2];
            local[0] = new Processes.Segment { Address = (nuint)into, Length = ArgumentBytes };
            local[1] = new Processes.Segment { Address = (nuint)block, Length = (nuint)_guessBytes };
            remote[0] = new Processes.Segment { Address = (nuint)argument, Length = ArgumentBytes };
            remote[1] = new Processes.Segment { Address = (nuint)_guess, Length = (nuint)_guessBytes };
            var read = Processes.ReadMemory(thread, local, 2, remote, 2, 0);
            _heldBytes = read == ArgumentBytes + _guessBytes ? _guessBytes : 0;
            return read >= ArgumentBytes;
        }
    }

    public bool TryServe(ulong address, Span<byte> into)
    {
        if (_heldBytes == 0 || address != _guess || into.Length > _heldBytes) return false;
        _block.AsSpan(0, into.Length).CopyTo(into);
        return true;
    }

    /// <summary>Remembers what was read after an argument, for the next call like this.</summary>
    public void Learn(int thread, ulong argument, ulong address, int length)
    {
        if (length <= ArgumentBytes || length > Abi.TeeLimits.BlockBytesMax) return;
        (_learnedFrom, _guess, _guessBytes) = ((thread, argument), address, length);
    }
}
