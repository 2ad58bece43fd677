using System.Buffers.Binary;

namespace MinkActors.Emulator;

/// <summary>The four parameters of one call: read from its buffers and objects, and written back (spec/04 section 9.2).</summary>
internal sealed class SessionParameters : IDisposable
{
    public const int Count = 4;

    private const int ReferenceSize = 24;                // u64 size, u64 offset, u64 shared object index
    private const int NullReference = 1;                 // of the further types

    private readonly SessionParameter[] _all = new SessionParameter[Count];
    private readonly List<MappedMemory> _mappings = [];
    private readonly List<Capability> _objects = [];

    private SessionParameters() => Array.Fill(_all, SessionParameter.None);

    public IReadOnlyList<SessionParameter> All => _all;

    /// <summary>Reads them; null when one is not what its type says, lies outside its memory, or cannot be mapped.</summary>
    /// <param name="domain">Ours.</param>
    /// <param name="call">Its memory objects are taken, and given up with the result.</param>
    /// <param name="types">Four bits for each parameter, the first lowest.</param>
    /// <param name="furtherTypes">The same for the ways of passing memory.</param>
    /// <param name="firstInput">Which input buffer is the first parameter's.</param>
    /// <param name="firstObject">Which input object is.</param>
    public static async ValueTask<SessionParameters?> ReadAsync(SecureDomain domain, IncomingCall call, uint types, uint furtherTypes, int firstInput, int firstObject)
    {
        var parameters = new SessionParameters();
        for (var i = 0; i < Count; i++)
        {
            var type = (SessionParameterType)((types >> (4 * i)) & 0xF);
            var further = (int)((furtherTypes >> (4 * i)) & 0xF);
            if (await parameters.TryReadAsync(domain, call, i, type, further, firstInput + i, firstObject + i)) continue;
            parameters.Dispose();
            return null;
        }

        return parameters;
    }

    /// <summary>Writes results into the call's outputs: sizes and outcome into the first, the parameters into the others.</summary>
    public static void Write(IncomingCall call, SessionParameters? parameters, SessionResult result, SessionOrigin origin)
    {
        if (result == SessionResult.Success && parameters?._all.Any(parameter => parameter.IsMemory && parameter.IsOutput && parameter.Size > parameter.Capacity) == true) result = SessionResult.ShortBuffer;
        var answer = call.Output(0);
        for (var i = 0; parameters is not null && i < Count; i++) parameters.WriteOne(call, i, result, answer[(4 * i)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(answer[16..], (uint)result);
        BinaryPrimitives.WriteUInt32LittleEndian(answer[20..], (uint)origin);
    }

    /// <summary>Unmaps, then gives the memory objects up.</summary>
    public void Dispose()
    {
        foreach (var mapping in _mappings) mapping.Dispose();
        foreach (var memory in _objects) memory.Dispose();
        _mappings.Clear();
        _objects.Clear();
    }

    private async ValueTask<bool> TryReadAsync(SecureDomain domain, IncomingCall call, int index, SessionParameterType type, int further, int input, int memoryIndex)
    {
        switch (type)
        {
            case SessionParameterType.None:
                return true;
            case SessionParameterType.ValueInput or SessionParameterType.ValueInOut when call.Input(input).Length != 8:
            case SessionParameterType.ValueOutput or SessionParameterType.ValueInOut when call.OutputCapacity(1 + index) < 8:
                return false;
            case SessionParameterType.ValueInput or SessionParameterType.ValueInOut:
                _all[index] = SessionParameter.FromWords(type, call.Input(input));
                return true;
            case SessionParameterType.ValueOutput:
                _all[index] = SessionParameter.FromWords(type, default);
                return true;
            case SessionParameterType.MemoryInput or SessionParameterType.MemoryOutput or SessionParameterType.MemoryInOut when further == NullReference:
                _all[index] = SessionParameter.FromMessage(type, default, 0);
                return true;
            case SessionParameterType.MemoryInput or SessionParameterType.MemoryOutput or SessionParameterType.MemoryInOut:
                if (call.TakeInput(memoryIndex) is not { } memory)
                {
                    _all[index] = SessionParameter.FromMessage(type, call.Input(input), call.OutputCapacity(1 + index));
                    return true;
                }

                _objects.Add(memory);
                return await TryMapAsync(domain, memory, call.Input(input).ToArray(), index, type);
            default:
                return false;
        }
    }

    private async ValueTask<bool> TryMapAsync(SecureDomain domain, Capability memory, byte[] reference, int index, SessionParameterType type)
    {
        if (reference.Length != ReferenceSize) return false;
        var size = BinaryPrimitives.ReadUInt64LittleEndian(reference);
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(reference.AsSpan(8));
        MappedMemory mapped;
        try
        {
            mapped = await MappedMemory.MapAsync(domain, memory);
        }
        catch (MinkException)
        {
            return false;
        }

        _mappings.Add(mapped);
        // As differences: the sum of two hostile words could wrap.
        if (offset > (ulong)mapped.Size || size > (ulong)mapped.Size - offset) return false;
        _all[index] = SessionParameter.InMemory(type, mapped, (int)offset, (int)size);
        return true;
    }

    private void WriteOne(IncomingCall call, int index, SessionResult result, Span<byte> size)
    {
        var parameter = _all[index];
        if (!parameter.IsOutput) return;
        if (parameter.IsMemory)
        {
            if (result is SessionResult.Success or SessionResult.ShortBuffer) BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)parameter.Size);
            if (result == SessionResult.Success && !parameter.IsShared) call.Write(1 + index, parameter.Bytes[..parameter.Size]);
        }
        else if (result == SessionResult.Success)
        {
            Span<byte> words = stackalloc byte[8];
            BinaryPrimitives.WriteUInt32LittleEndian(words, parameter.A);
            BinaryPrimitives.WriteUInt32LittleEndian(words[4..], parameter.B);
            call.Write(1 + index, words);
        }
    }
}
