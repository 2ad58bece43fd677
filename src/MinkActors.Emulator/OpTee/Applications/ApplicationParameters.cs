using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>The up to four parameters of one application call: read once from the checked copy, written back by attribute.</summary>
internal sealed class ApplicationParameters
{
    private readonly OpTeeAttribute[] _attributes;
    private readonly OpTeeValue?[] _values;
    private readonly OpTeeMemory?[] _memories;
    private readonly List<ProtectedUse> _protected = [];
    private readonly int _first;

    private ApplicationParameters(int first, int count)
    {
        _first = first;
        _attributes = new OpTeeAttribute[count];
        _values = new OpTeeValue?[count];
        _memories = new OpTeeMemory?[count];
    }

    public static ApplicationParameters None { get; } = new(0, 0);

    public int Count => _attributes.Length;

    public OpTeeParameterType TypeOf(int index) => index < Count ? _attributes[index].Type : OpTeeParameterType.None;

    public OpTeeValue? Value(int index) => index < Count ? _values[index] : null;

    public OpTeeMemory? Memory(int index) => index < Count ? _memories[index] : null;

    /// <summary>Takes parameters out of a checked private copy; each object used is held until <see cref="End"/>.</summary>
    public static TeeResult TryTake(Partition partition, ReadOnlySpan<byte> message, int first, int count, out ApplicationParameters taken)
    {
        taken = new ApplicationParameters(first, count);
        for (var i = 0; i < count; i++)
        {
            var result = taken.TryTake(partition, OpTeeMessage.ReadParameter(message, first + i), i);
            if (result == TeeResult.Success) continue;
            taken.End();
            return result;
        }
        return TeeResult.Success;
    }

    /// <summary>Writes outputs into the private copy: a and b of values, sizes of memory (spec 09 section 6).</summary>
    public void WriteOutputs(Span<byte> message)
    {
        for (var i = 0; i < Count; i++)
        {
            if (!_attributes[i].IsOutput) continue;
            var given = OpTeeMessage.ReadParameter(message, _first + i);
            if (_values[i] is { } value) OpTeeMessage.WriteParameter(message, _first + i, given with { A = value.A, B = value.B });
            else if (_memories[i] is { } memory) OpTeeMessage.WriteParameter(message, _first + i, given with { B = memory.UsedSize });
        }
    }

    /// <summary>The call is over: nothing is reached through it any more, objects are let go.</summary>
    public void End()
    {
        foreach (var memory in _memories)
        {
            if (memory is null) continue;
            memory.End();
            memory.Object?.Put();
        }
        Array.Clear(_memories);
        foreach (var use in _protected) use.Release();
        _protected.Clear();
    }

    private TeeResult TryTake(Partition partition, in OpTeeParameter parameter, int index)
    {
        _attributes[index] = parameter.Attribute;
        if (parameter.Attribute.IsValue) _values[index] = new OpTeeValue(parameter.A, parameter.B);
        if (!parameter.Attribute.IsTemporary && !parameter.Attribute.IsRegistered) return TeeResult.Success;
        if (parameter.IsNullMemory) return Use(partition, null, parameter, 0, index);
        if (parameter.Attribute.IsTemporary)
        {
            // Contiguous memory can only be static or protected.
            SharedObject? made = null;
            if (!parameter.Attribute.IsNonContiguous && partition.Objects.TryReadStatic(parameter, out made) != TeeResult.Success) return UseProtected(partition, parameter, index);
            var result = made is not null ? TeeResult.Success : partition.Objects.TryReadPages(parameter, out made);
            return result == TeeResult.Success ? Use(partition, made, parameter, 0, index) : result;
        }
        if (!partition.Objects.TryFind(parameter.Cookie, out var found)) return UseProtected(partition, parameter, index);
        return IsInside(parameter, found.Size) ? Use(partition, found, parameter, parameter.Offset, index) : TeeResult.Security;
    }

    private static bool IsInside(in OpTeeParameter parameter, ulong size) => parameter.Offset <= size && parameter.ByteSize <= size - parameter.Offset;

    private TeeResult UseProtected(Partition partition, in OpTeeParameter parameter, int index)
    {
        if (partition.ProtectedMemory?.TryUse(partition.Client, parameter) is not { } use) return TeeResult.BadParameters;
        _protected.Add(use);
        var target = new SharedObject(0, use.Pages, 0);
        if (use.Start > target.Size || parameter.ByteSize > target.Size - use.Start) return TeeResult.Security;
        target.Take();
        _memories[index] = new OpTeeMemory(use.Memory, target, use.Start, parameter.ByteSize, parameter.Attribute);
        return TeeResult.Success;
    }

    private TeeResult Use(Partition partition, SharedObject? target, in OpTeeParameter parameter, ulong start, int index)
    {
        target?.Take();
        _memories[index] = new OpTeeMemory(partition.Memory, target, start, parameter.ByteSize, parameter.Attribute);
        return TeeResult.Success;
    }
}
