using System.Text.Json;
using System.Text.Json.Nodes;
using MinkActors.Linux.Vectors;

namespace MinkActors.Linux.Tests.Vectors;

public sealed class TeeUapiVectorTests
{
    private static string File { get; } = System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "tee-uapi.json"));

    public static TheoryData<int> Indices()
    {
        var indices = new TheoryData<int>();
        for (var i = 0; i < JsonNode.Parse(File)!.AsArray().Count; i++) indices.Add(i);
        return indices;
    }

    [Fact]
    public void Given_the_golden_file_When_run_Then_every_vector_passes()
    {
        using var document = JsonDocument.Parse(File);

        Assert.True(TeeUapiVectors.CanRun(document.RootElement));
        var results = TeeUapiVectors.Run(document.RootElement);

        Assert.Equal(14, results.Count);
        Assert.All(results, result => Assert.Null(result.Failure));
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Given_a_golden_vector_with_any_one_bit_flipped_When_run_Then_only_bits_it_says_nothing_about_pass(int index)
    {
        var bytes = Convert.FromHexString((string)JsonNode.Parse(File)!.AsArray()[index]!["hex"]!);
        var unnoticed = new HashSet<int>();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (Passes(index, Convert.ToHexString(bytes))) unnoticed.Add(bit / 8);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(Silent(index), unnoticed.Order());
    }

    [Theory]
    [InlineData("""{"name":"x","direction":"in","inputs":{"ioctl":"TEE_IOC_CANCEL"},"hex":""}""", "no rule")]
    [InlineData("""{"name":"x","direction":"in","inputs":{"ioctl":"TEE_IOC_OBJECT_INVOKE"},"hex":"00"}""", "EINVAL")]
    [InlineData("""{"name":"x","direction":"in","inputs":{"ioctl":"TEE_IOC_OBJECT_INVOKE","params":[7]},"hex":"zz"}""", "hexadecimal")]
    [InlineData("""{"name":"x","direction":"out","inputs":{"ioctl":"TEE_IOC_VERSION","impl_id":"four"},"hex":"040000000000000010000000"}""", "no number")]
    [InlineData("""{"name":"x"}""", "inputs")]
    [InlineData("7", "object")]
    public void Given_a_vector_that_makes_no_sense_When_run_Then_it_fails_and_says_why(string vector, string reason)
    {
        using var document = JsonDocument.Parse($"[{vector}]");

        var result = Assert.Single(TeeUapiVectors.Run(document.RootElement));

        Assert.Contains(reason, result.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_an_unseen_vector_of_a_known_kind_When_run_Then_it_is_judged_by_the_same_rules()
    {
        const string Unseen = """
            [{"name":"send OO","direction":"in","inputs":{"ioctl":"TEE_IOC_SUPPL_SEND","ret":0,"num_params":2,"request_id":5,
              "params":["OBJREF_OUTPUT id=9 flags=USER"]},
              "hex":"0000000002000000 0201000000000000 0500000000000000 0000000000000000 0000000000000000 0c00000000000000 0900000000000000 0200000000000000 0000000000000000"},
             {"name":"root with memory","direction":"in","inputs":{"ioctl":"TEE_IOC_OBJECT_INVOKE","id":"0x12","op":1,"params":["OBJREF_INPUT id=3 flags=MEM"]},
              "hex":"1200000000000000 01000000 00000000 01000000 00000000 0b00000000000000 0300000000000000 0400000000000000 0000000000000000"}]
            """;
        using var document = JsonDocument.Parse(Unseen);

        Assert.All(TeeUapiVectors.Run(document.RootElement), result => Assert.Null(result.Failure));
    }

    private static bool Passes(int index, string hex)
    {
        var vectors = JsonNode.Parse(File)!.AsArray();
        vectors[index]!["hex"] = hex;
        using var document = JsonDocument.Parse(vectors.ToJsonString());
        return TeeUapiVectors.Run(document.RootElement)[index].Failure is null;
    }

    /// <summary>Bytes of which a golden vector states nothing and no rule holds.</summary>
    private static IEnumerable<int> Silent(int index) => index switch
    {
        3 or 5 or 7 => Enumerable.Range(12, 4).Concat(Untold(index)).Order(),                // ret on the way in
        4 => Enumerable.Range(0, 12).Concat(Untold(index)).Order(),                          // id and op of an answer
        6 => Enumerable.Range(0, 12).Concat(Untold(index)).Order(),
        _ => Untold(index).Order(),
    };

    private static IEnumerable<int> Untold(int index) => index switch
    {
        3 => [.. Range(48, 8), .. Range(64, 24)],
        4 => [.. Range(32, 24), .. Range(80, 8)],
        5 => [.. Range(48, 8), .. Range(64, 24)],
        6 => [.. Range(24, 40), .. Range(80, 8)],
        8 => Range(32, 8),
        9 => [.. Range(64, 8), .. Range(96, 8)],
        10 => [.. Range(48, 24), .. Range(96, 8)],
        13 => [.. Range(64, 8), .. Range(96, 8), .. Range(128, 8)],
        _ => [],
    };

    private static IEnumerable<int> Range(int start, int count) => Enumerable.Range(start, count);
}
