using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>What an object answered. Dispose it once: that releases each object not taken out of it and frees its buffers.</summary>
/// <remarks>A value that stands for pooled memory: do not use a copy after the disposal of another (it throws).</remarks>
public readonly struct Reply : IDisposable
{
    private readonly Invocation? _invocation;
    private readonly uint _generation;

    /// <summary>A reply with nothing in it but the code.</summary>
    internal Reply(ResultCode code) => Code = code;

    internal Reply(ResultCode code, Invocation invocation)
    {
        Code = code;
        _invocation = invocation;
        _generation = invocation.Generation;
    }

    /// <summary>0, or the object's own error. With an error there are no outputs (spec/01 section 2.2).</summary>
    public ResultCode Code { get; }

    /// <summary>Whether the call succeeded.</summary>
    public bool IsOk => Code == ResultCode.Ok;

    internal bool HoldsOutputs => _invocation is not null;

    private Invocation Answered => _invocation is { } invocation && invocation.Generation == _generation
        ? invocation
        : throw new InvalidOperationException(Code == ResultCode.Ok ? "The reply has no outputs, or was disposed." : $"The call ended {Code.Describe()}; it has no outputs.");

    /// <summary>The bytes filled of output buffer <paramref name="index"/>, valid until disposal.</summary>
    public ReadOnlySpan<byte> Output(int index) => Answered.Output(index);

    /// <summary>Output buffer <paramref name="index"/> as one value.</summary>
    /// <exception cref="MinkException">The callee returned another size.</exception>
    public T Read<T>(int index = 0) where T : unmanaged
    {
        var bytes = Output(index);
        if (bytes.Length != Unsafe.SizeOf<T>()) throw new MinkException(ResultCode.SizeOut, $"Output {index} has {bytes.Length} bytes, {Unsafe.SizeOf<T>()} expected.");
        return MemoryMarshal.Read<T>(bytes);
    }

    /// <summary>Output object <paramref name="index"/>, now the caller's to dispose; null for the null object or when taken already.</summary>
    public Capability? TakeObject(int index = 0, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Answered.TakeOutputObject(index, file, line);

    /// <summary>Throws a <see cref="MinkException"/> unless the code is 0; else returns the reply for chaining.</summary>
    public Reply EnsureOk()
    {
        if (Code != ResultCode.Ok)
        {
            Dispose();
            throw new MinkException(Code);
        }
        return this;
    }

    /// <summary>Frees what the reply holds. A second time does nothing.</summary>
    public void Dispose()
    {
        if (_invocation is { } invocation && invocation.Generation == _generation) invocation.EndReply();
    }
}
