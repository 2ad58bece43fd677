using System.Text.Json;
using System.Text.Json.Nodes;
using MinkActors.Vectors.Inputs;
using MinkActors.Vectors.OpTee;
using MinkActors.Vectors.Qseecom;

namespace MinkActors.Protocol.Tests.Qseecom;

public sealed class SisterVectorTests
{
    // Remarks, and a response length that stands in the extension block, not in the registers beside it.
    private static readonly string[] Prose = ["note", "written", "mask", "unused", "page_size_list", "nsec", "rsp_size"];

    // Their inputs leave parts of the image undescribed (contents of parameters, a carried request): nothing can miss those.
    private static readonly string[] Partial =
    [
        "arg-open-session-4-none", "arg-open-session-result", "arg-invoke", "arg-127-params-header", "rpc-shm-alloc-reply",
        "rpc-shm-alloc-reply-oom", "rpc-load-ta-query", "mediator-guest-arg-before", "mediator-shadow-arg-returned",
        "mediator-reject-oversize", "arg-get-protmem-config", "arg-get-protmem-config-result", "pm-optee-invoke",
        "pm-qseecom-request", "pm-qseecom-response", "pm-mediatek-zalloc-params", "rpc-notification-send",
    ];

    public static TheoryData<string> Files => ["qseecom.json", "optee.json"];

    [Theory, MemberData(nameof(Files))]
    public void Given_the_golden_vectors_When_judged_Then_all_pass(string file)
    {
        var vectors = SisterVectors.Load(file);

        var findings = SisterVectors.Run(Runner(file), vectors);

        Assert.Equal(vectors.Count, findings.Length);
        Assert.True(findings.All(finding => finding.Passed), string.Join("\n", findings.Where(finding => !finding.Passed)));
    }

    [Theory, MemberData(nameof(Files))]
    public void Given_a_vector_with_one_changed_byte_When_judged_Then_it_fails(string file)
    {
        var vectors = SisterVectors.Load(file);
        var passed = new List<string>();
        foreach (var vector in vectors.Where(vector => vector!["hex"] is not null && Describes(vector) && !Partial.Contains(SisterVectors.Name(vector))))
        {
            var hex = (string)vector!["hex"]!;
            var step = hex.Length > 2000 ? 97 : 1;
            for (var i = 0; i < hex.Length; i += step)
            {
                if (!IsCompared(vector, i))
                {
                    continue;
                }
                var spoiled = vector.DeepClone();
                spoiled["hex"] = hex[..i] + (hex[i] == '0' ? '1' : '0') + hex[(i + 1)..];
                if (SisterVectors.FaultOf(Runner(file), vectors, spoiled) is null)
                {
                    passed.Add($"{SisterVectors.Name(vector)} digit {i}");
                }
            }
        }
        Assert.True(passed.Count == 0, string.Join("\n", passed.Select(p => p.Split(" digit ")[0]).GroupBy(p => p).Select(g => $"{g.Key} digit {g.Count()}")));
    }

    [Theory, MemberData(nameof(Files))]
    public void Given_a_vector_with_one_changed_input_When_judged_Then_it_fails(string file)
    {
        var vectors = SisterVectors.Load(file);
        var passed = new List<string>();
        foreach (var vector in vectors)
        {
            foreach (var (key, value) in vector!["inputs"]!.AsObject().ToArray().Where(input => !Prose.Contains(input.Key)))
            {
                var spoiled = vector.DeepClone();
                spoiled["inputs"]![key] = value!.GetValueKind() switch
                {
                    JsonValueKind.Number => (long)value + 1,
                    JsonValueKind.Array => new JsonArray("nonsense"),
                    _ => "nonsense",
                };
                if (SisterVectors.FaultOf(Runner(file), vectors, spoiled) is null)
                {
                    passed.Add($"{SisterVectors.Name(vector)} {key}");
                }
            }
        }
        Assert.True(passed.Count == 0, string.Join("\n", passed.Select(p => p.Split(" digit ")[0]).GroupBy(p => p).Select(g => $"{g.Key} digit {g.Count()}")));
    }

    [Theory]
    [InlineData("""{"name":"x","kind":"bytes","inputs":{},"hex":"0102"}""")]
    [InlineData("""{"name":"x","kind":"word32","inputs":{},"hex":"00000001"}""")]
    [InlineData("""{"name":"x","kind":"song","inputs":{},"hex":"00"}""")]
    [InlineData("""{"name":"x","kind":"bytes","inputs":[],"hex":"00"}""")]
    [InlineData("""{"name":"x","kind":"bytes","inputs":{},"hex":"0g"}""")]
    [InlineData("""{"name":"x","kind":"table","inputs":{},"columns":["a"],"rows":[["1"]]}""")]
    [InlineData("""{"name":"x","kind":"table","inputs":{},"columns":["a0","is_rpc","func"],"rows":[[1,2,3]]}""")]
    [InlineData("""{"name":"pm-unknown","kind":"bytes","inputs":{},"hex":"00000000"}""")]
    [InlineData("""{"name":"x","kind":"registers32","inputs":{},"registers":{"a9":"0"},"hex":"00"}""")]
    [InlineData("17")]
    public void Given_a_vector_of_unknown_shape_When_judged_Then_it_fails_with_a_reason(string vector)
    {
        var file = new JsonArray(JsonNode.Parse(vector));

        Assert.NotEmpty(Assert.Single(SisterVectors.Run(OpTeeVectors.Run, file)).Fault!);
        Assert.NotEmpty(Assert.Single(SisterVectors.Run(QseecomVectors.Run, file)).Fault!);
    }

    [Theory]
    [InlineData("""{"name":"fid-x","kind":"word32","inputs":{"owner":50,"service":2,"command":3,"type":"yielding","convention":"smc32"},"hex":"32000203"}""")]
    [InlineData("""{"name":"call-x","kind":"registers64","inputs":{"app_id":9},"registers":{"x0":"0000000072000102","x1":"0000000000000001","x2":"0000000000000009"},"hex":"02010072000000000100000000000000090000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"name":"uefi-get-x","kind":"bytes","inputs":{"name":"A","guid":"efi-global","data_size":1,"response_offset":48},"hex":"008000003000000024000000040000002000000010000000010000004100000061dfe48bca93d211aa0d00e098032b8c"}""", false)]
    [InlineData("""{"name":"uefi-get-x","kind":"bytes","inputs":{"name":"A","guid":"efi-global","data_size":1,"response_offset":48},"hex":"00800000300000001c000000040000002000000010000000010000004100000061dfe48bca93d211aa0d00e098032b8c"}""")]
    public void Given_an_unseen_vector_When_judged_Then_it_is_judged_by_its_bytes(string vector, bool good = true)
    {
        var finding = Assert.Single(SisterVectors.Run(QseecomVectors.Run, new JsonArray(JsonNode.Parse(vector))));

        Assert.Equal(good, finding.Passed);
    }

    private static Func<JsonElement, IEnumerable<VectorFinding>> Runner(string file) =>
        file == "optee.json" ? OpTeeVectors.Run : QseecomVectors.Run;

    /// <summary>Registers that a return does not list are not compared.</summary>
    private static bool IsCompared(JsonNode vector, int digit) =>
        vector["registers"] is not JsonObject map
        || map.ContainsKey($"x{digit / 16}") || map.ContainsKey($"a{digit / 8}");

    private static bool Describes(JsonNode? vector) => vector!["inputs"]!.AsObject().Count > 0;
}
