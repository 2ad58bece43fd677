using System.Text.Json;
using MinkActors.Protocol;

namespace MinkActors.Idl.Tests;

/// <summary>The raw calls of the golden file against a generated skeleton, with the implementation the file describes.</summary>
public class GeneratedSkeletonTests
{
    private const string Implementation = """
        #nullable enable
        using System.Threading.Tasks;
        using MinkActors.Protocol;
        namespace Guarded;
        /// <summary>As the file says.</summary>
        public sealed class Guard(ResultCode code) : GuardSkeleton {
            /// <summary>Seen.</summary>
            public bool Called { get; private set; }
            private ValueTask<ResultCode> Done() { Called = true; return new(code); }
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> NothingAsync(NothingCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> OneInAsync(OneInCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> OneOutAsync(OneOutCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> TwoInAsync(TwoInCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> TwoOutAsync(TwoOutCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> ArrInAsync(ArrInCall call) { call.N = (uint)call.V.Length; return Done(); }
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> ArrOutAsync(ArrOutCall call) { call.VCount = call.VCapacity; return Done(); }
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> WideInAsync(WideInCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> WideOutAsync(WideOutCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> BufsAsync(BufsCall call) { call.DstCount = call.DstCapacity > 0 ? 1 : 0; return Done(); }
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> ObjsAsync(ObjsCall call) => Done();
            /// <inheritdoc/>
            protected override ValueTask<ResultCode> LastAsync(LastCall call) => Done();
        }
        """;

    private static readonly Lazy<JsonElement> Skeleton = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "idl.json"))).RootElement.GetProperty("skeleton"));

    private static readonly Lazy<Type> Guard = new(() =>
        GeneratedCode.Load(GeneratedCode.Emit(Skeleton.Value.GetProperty("idl").GetString()!, "Guarded"), Implementation).GetType("Guarded.Guard")!);

    /// <summary>Retain and release are the runtime's and never reach a skeleton.</summary>
    public static TheoryData<string> Calls =>
        [.. Skeleton.Value.GetProperty("calls").EnumerateArray().Where(c => (c.GetProperty("op").GetUInt32() & 0xFFFF) < 0xFFFE).Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Given_a_raw_call_When_a_generated_skeleton_gets_it_Then_it_answers_as_specified(string name)
    {
        var row = Skeleton.Value.GetProperty("calls").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var counts = Convert.ToUInt32(row.GetProperty("countsWord").GetString(), 16);
        var call = new IncomingCall { Operation = new Operation(row.GetProperty("op").GetUInt32()), Counts = new ArgumentCounts { Word = counts } };
        var inputs = (int)(counts & 0xF);
        foreach (var (size, index) in row.GetProperty("sizes").EnumerateArray().Select((s, i) => (s.GetInt32(), i)))
        {
            if (index < inputs) call.Inputs.Add(new byte[size]);
            else call.Offer(size);
        }
        var guard = (IMinkObject)Activator.CreateInstance(Guard.Value, (ResultCode)row.GetProperty("implementationReturns").GetInt32())!;

        var result = await guard.InvokeAsync(call);

        Assert.Equal(row.GetProperty("result").GetInt32(), (int)result);
        Assert.Equal(row.GetProperty("implementationCalled").GetBoolean(), (bool)Guard.Value.GetProperty("Called")!.GetValue(guard)!);
        Assert.Equal(row.GetProperty("sizesAfter").EnumerateArray().Select(s => s.GetInt32()), call.Inputs.Select(i => i.Length).Concat(call.Sizes));
        if (row.TryGetProperty("obHex", out var hex)) Assert.Equal(hex.EnumerateArray().Select(h => h.GetString()), call.Sizes.Select((_, i) => Convert.ToHexStringLower(call.Answer(i))));
    }
}
