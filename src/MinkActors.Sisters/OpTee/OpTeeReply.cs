using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>How a call to a trusted application ended, with its outputs. A plain value: nothing to dispose.</summary>
public sealed class OpTeeReply
{
    private readonly (ulong A, ulong B)[] _values;
    private readonly byte[]?[] _bytes;

    internal OpTeeReply(TeeResult result, TeeOrigin origin, (ulong A, ulong B)[] values, byte[]?[] bytes)
    {
        (Result, Origin) = (result, origin);
        (_values, _bytes) = (values, bytes);
    }

    /// <summary>SUCCESS, or the code of whoever <see cref="Origin"/> names.</summary>
    public TeeResult Result { get; }

    /// <summary>The application, the OS, or the path.</summary>
    public TeeOrigin Origin { get; }

    /// <summary>Whether it is SUCCESS.</summary>
    public bool IsSuccess => Result == TeeResult.Success;

    /// <summary>The two numbers of a value output.</summary>
    public (ulong A, ulong B) Value(int index) => _values[index];

    /// <summary>The size that came back for a memory parameter: bytes written, or needed with SHORT_BUFFER.</summary>
    public ulong Size(int index) => _values[index].B;

    /// <summary>The bytes that came back in temporary memory; at most what was given. Empty for other parameters.</summary>
    public ReadOnlySpan<byte> Bytes(int index) => _bytes[index];

    /// <summary>Throws for any result other than SUCCESS.</summary>
    /// <exception cref="OpTeeResultException">With result and origin.</exception>
    public OpTeeReply EnsureSuccess() => IsSuccess ? this : throw new OpTeeResultException(Result, Origin);
}

/// <summary>A result other than SUCCESS, for callers that want it thrown.</summary>
/// <param name="result">The code.</param>
/// <param name="origin">Whose.</param>
public sealed class OpTeeResultException(TeeResult result, TeeOrigin origin) : Exception($"The call ended {result} (0x{(uint)result:X8}, origin {origin}).")
{
    /// <summary>The code.</summary>
    public TeeResult Result => result;

    /// <summary>Whose it is.</summary>
    public TeeOrigin Origin => origin;
}
