using System.Text.Json;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.Vectors;

/// <summary>One raw call against the checks of a skeleton, as the lowered model gives them (spec/07 section 11).</summary>
/// <remarks>
/// The implementation behind it is the one the file describes: it returns a given code, stores the element count of an
/// input array in a lone uint32 output, fills output arrays, and reports one byte of each output buffer that has room.
/// </remarks>
internal static class SkeletonVector
{
    private const int Invalid = 2;
    private const int VersionOp = 0x7FFF;
    private const int RetainOp = 0xFFFE;

    public static string? Check(JsonElement skeleton, JsonElement call)
    {
        var compilation = IdlVectors.Compile(IdlVectors.Text(skeleton, "idl"), IdlVectors.Options(skeleton));
        if (compilation.HasErrors) return $"it does not compile: {compilation.Diagnostics.First(d => d.Severity == IdlSeverity.Error)}";
        if (compilation.Unit.Find(IdlVectors.Text(skeleton, "interface")) is not { } contract) return "there is no such interface";

        var sizes = call.GetProperty("sizes").EnumerateArray().Select(s => s.GetInt64()).ToArray();
        var outcome = Dispatch(contract, IdlVectors.Word(call, "op"), IdlVectors.Word(call, "countsWord"), sizes, call.GetProperty("implementationReturns").GetInt32());
        if (outcome.Result != call.GetProperty("result").GetInt32()) return $"the result is {outcome.Result}";
        if (outcome.Called != call.GetProperty("implementationCalled").GetBoolean()) return $"the implementation was{(outcome.Called ? "" : " not")} called";
        if (!outcome.Sizes.SequenceEqual(call.GetProperty("sizesAfter").EnumerateArray().Select(s => s.GetInt64()))) return $"the sizes are {string.Join(", ", outcome.Sizes)}";
        if (!call.TryGetProperty("obHex", out var expected)) return null;
        var actual = outcome.Outputs.Select(Convert.ToHexStringLower);
        return actual.SequenceEqual(expected.EnumerateArray().Select(h => h.GetString())) ? null : $"the outputs are {string.Join(", ", actual)}";
    }

    private static Outcome Dispatch(LoweredInterface contract, uint op, uint counts, long[] sizes, int returns)
    {
        var method = (int)(op & 0xFFFF);
        // Counting references is the runtime's; it insists on no arguments and asks the implementation to do it.
        if (method >= RetainOp) return counts == 0 ? new Outcome(returns, true, sizes, []) : new Outcome(Invalid, false, sizes, []);
        if (method == VersionOp)
        {
            return counts == 0x10 && sizes[0] == 4 ? new Outcome(0, false, sizes, [BitConverter.GetBytes(contract.Version.Word)]) : new Outcome(Invalid, false, sizes, []);
        }
        foreach (var at in contract.Chain())
        {
            if (at.Methods.Find(m => m.Op == method) is { } found) return Call(found, counts, sizes, returns);
        }
        return new Outcome(Invalid, false, sizes, []);
    }

    private static Outcome Call(LoweredMethod method, uint counts, long[] sizes, int returns)
    {
        if (counts != method.CountsWord) return new Outcome(Invalid, false, sizes, []);
        var buffers = method.In.Buffers.Concat(method.Out.Buffers).ToArray();
        for (var i = 0; i < buffers.Length; i++)
        {
            if (buffers[i].IsFixed && sizes[i] != buffers[i].Size) return new Outcome(Invalid, false, sizes, []);
        }
        var after = (long[])sizes.Clone();
        var outputs = new List<byte[]>();
        for (var i = method.In.Buffers.Count; i < buffers.Length && returns == 0; i++)
        {
            if (buffers[i].Kind == WireBufferKind.Array) after[i] = sizes[i] / buffers[i].Size * buffers[i].Size;
            else if (buffers[i].Kind == WireBufferKind.Buffer) after[i] = Math.Min(sizes[i], 1);
            var output = new byte[after[i]];
            var array = method.In.Buffers.ToList().FindIndex(b => b.Kind == WireBufferKind.Array);
            if (array >= 0 && buffers[i].Kind == WireBufferKind.Primitive) BitConverter.GetBytes((uint)(sizes[array] / buffers[array].Size)).CopyTo(output, 0);
            outputs.Add(output);
        }
        return new Outcome(returns, true, after, outputs);
    }

    private sealed record Outcome(int Result, bool Called, long[] Sizes, IReadOnlyList<byte[]> Outputs);
}
