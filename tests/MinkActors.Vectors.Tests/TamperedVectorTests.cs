using System.Text.Json.Nodes;

namespace MinkActors.Vectors.Tests;

public class TamperedVectorTests
{
    [Fact]
    public void Given_each_golden_vector_When_any_one_byte_of_it_is_altered_Then_it_fails()
    {
        foreach (var vector in TransportFile.Load("transport.json"))
        {
            var hex = (string)vector!["hex"]!;
            var altered = new JsonArray();
            for (var at = 0; at < hex.Length; at += 2)
            {
                var copy = vector.DeepClone();
                var value = Convert.ToByte(hex.Substring(at, 2), 16) ^ 0x01;
                copy["hex"] = string.Concat(hex.AsSpan(0, at), value.ToString("x2"), hex.AsSpan(at + 2));
                altered.Add(copy);
            }

            var report = TransportFile.Run(altered);

            Assert.Equal(hex.Length / 2, report.Failed);
        }
    }

    [Fact]
    public void Given_an_altered_size_When_run_Then_the_reason_names_the_field_and_the_offset()
    {
        var file = TransportFile.Alone("transport.json", "d02-1ib-1ob");
        file[0]!["hex"] = ((string)file[0]!["hex"]!).Replace("2000000005000000", "2000000004000000", StringComparison.Ordinal);

        var result = TransportFile.RunOne(file);

        Assert.Equal("encode: byte 0x0010 (IB[0].size) is 05, the vector says 04", result.Reason);
    }

    [Theory]
    [InlineData("d02-1ib-1ob", "object", "0x00000006", "(object)")]
    [InlineData("d02-1ib-1ob", "op", "0x00000003", "(op)")]
    [InlineData("d02-1ib-1ob", "counts", "0x00000012", "counts")]
    [InlineData("c02-callback-reply-ok", "result", "1", "")]
    [InlineData("c05-callback-plus-release-of-3", "async_offset", "40", "async_offset")]
    [InlineData("f01-final-release-of-2", "async_offset", "8", "async_offset")]
    public void Given_a_golden_vector_When_one_of_its_inputs_is_altered_Then_it_fails(string name, string field, string value, string reason)
    {
        var file = TransportFile.Alone("transport.json", name);
        file[0]!["inputs"]![field] = value.StartsWith("0x", StringComparison.Ordinal) ? value : JsonNode.Parse(value);

        var result = TransportFile.RunOne(file);

        Assert.False(result.Passed);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_a_response_that_does_not_fit_its_request_in_the_file_When_run_Then_only_the_response_fails()
    {
        var request = TransportFile.Alone("transport.json", "d02-1ib-1ob")[0]!.DeepClone();
        var response = TransportFile.Alone("transport.json", "d03-1ib-1ob-reply-shrunk")[0]!.DeepClone();
        // A word behind the message survives in the response's own encoding only when it came with the request.
        request["hex"] = (string)request["hex"]! + "ff";

        var report = TransportFile.Run(new JsonArray(request, response));

        Assert.Contains("apply to its request", report.Results[1].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m01-counts-reserved-bits", "dispatch", "true")]
    [InlineData("m01-counts-reserved-bits", "result", "-95")]
    [InlineData("m01-counts-reserved-bits", "async", "\"processed\"")]
    [InlineData("m17-async-mixed-ids", "released", "[]")]
    [InlineData("m17-async-mixed-ids", "released", "[\"0x80000002\", \"0x80000003\"]")]
    [InlineData("m30-reply-ok-for-comparison", "ob", "[\"616264\"]")]
    [InlineData("m30-reply-ok-for-comparison", "oo", "[\"0x00000124\"]")]
    [InlineData("m31-reply-ob-grew", "release_secure", "[]")]
    [InlineData("m50-direct-counts-reserved-bits", "result", "-96")]
    public void Given_a_malformed_vector_When_its_expectation_is_altered_Then_it_fails(string name, string field, string value)
    {
        var file = TransportFile.Alone("transport-malformed.json", name);
        file[0]!["inputs"]!["expect"]![field] = JsonNode.Parse(value);

        var result = TransportFile.RunOne(file);

        Assert.False(result.Passed);
        Assert.StartsWith(field, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_a_good_reply_When_its_size_grows_by_one_byte_of_the_hex_Then_the_expectation_fails()
    {
        var file = TransportFile.Alone("transport-malformed.json", "m30-reply-ok-for-comparison");
        var hex = (string)file[0]!["hex"]!;
        file[0]!["hex"] = hex.Replace("3000000003000000", "3000000011000000", StringComparison.Ordinal);

        var result = TransportFile.RunOne(file);

        Assert.Equal("result is -96, the vector says 0", result.Reason);
    }
}
