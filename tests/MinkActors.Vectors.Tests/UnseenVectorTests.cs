namespace MinkActors.Vectors.Tests;

/// <summary>Vectors that are in no file: judged by the rules of doc 02, never by name.</summary>
public class UnseenVectorTests
{
    [Fact]
    public void Given_a_direct_request_of_other_sizes_and_a_larger_buffer_When_run_Then_it_passes()
    {
        AssertPasses("direct-request", """
            "buffer_size": 8192, "object": "0x00000001", "op": 9, "counts": "0x00000003",
            "args": [{"kind": "IB", "data": ""}, {"kind": "IB", "data": "aa"}, {"kind": "IB", "data": "bbbbbbbbbbbbbbbbbb"}]
            """, "01000000 09000000 03000000 28000000 00000000 28000000 01000000 30000000 09000000 00000000 aa00000000000000 bbbbbbbbbbbbbbbbbb");
    }

    [Fact]
    public void Given_an_unfilled_output_and_a_null_object_in_a_response_When_run_Then_it_passes()
    {
        AssertPasses("callback-response", """
            "buffer_size": 4096, "result": 0, "object": "0x80000007", "op": "0x00000001", "counts": "0x00001010",
            "args": [{"kind": "OB", "capacity": 8, "data": ""}, {"kind": "OO", "id": "0x00000000"}]
            """, "00000000 07000080 01000000 10100000 20000000 00000000 00000000 00000000");
    }

    [Fact]
    public void Given_a_transport_error_as_result_When_run_Then_the_rest_must_be_the_request()
    {
        AssertPasses("callback-response", """
            "buffer_size": 4096, "result": -103, "object": "0x80000007", "op": "0x00000001", "counts": "0x00000010",
            "args": [{"kind": "OB", "capacity": 8}]
            """, "99ffffff 07000080 01000000 10000000 18000000 08000000");
    }

    [Fact]
    public void Given_three_releases_of_different_minor_versions_at_the_end_When_run_Then_it_passes()
    {
        AssertPasses("final-outbound", """
            "buffer_size": 48, "async_offset": 0, "async": [
              {"version": "0x00010007", "op": "0x0000FFFF", "ids": []},
              {"version": "0x00010000", "op": "0x0000FFFF", "ids": ["0x80000009"]},
              {"version": "0x00010002", "op": "0x0000FFFF", "ids": ["0xFFFFFFFF"]}]
            """, "07000100ffff000000000000 00000000 00000100ffff00000100000009000080 02000100ffff000001000000ffffffff");
    }

    [Fact]
    public void Given_a_refused_callback_reply_When_run_Then_each_callback_id_of_it_is_released_once()
    {
        AssertPasses("callback-response", """
            "buffer_size": 4096, "live_secure_ids": [],
            "request": "00000000 07000080 01000000 00300000 0000000000000000 0000000000000000 0000000000000000",
            "expect": {"result": -96, "released": ["0x80000009"], "ob": [], "oo": []}
            """, "00000000 07000080 01000000 00300000 0900008000000000 0900008000000000 0000000000000000");
    }

    [Fact]
    public void Given_a_callback_reply_that_names_a_dead_secure_object_When_run_Then_it_is_refused()
    {
        AssertPasses("callback-response", """
            "buffer_size": 4096, "live_secure_ids": ["0x00000005"],
            "request": "00000000 07000080 01000000 00200000 0000000000000000 0000000000000000",
            "expect": {"result": -96, "released": ["0x80000009"]}
            """, "00000000 07000080 01000000 00200000 0900008000000000 0600000000000000");
    }

    [Fact]
    public void Given_a_refused_direct_request_with_callback_inputs_When_run_Then_they_are_released()
    {
        AssertPasses("direct-request", """
            "buffer_size": 4096, "live_secure_ids": ["0x00000005"],
            "expect": {"dispatch": false, "result": -95, "released": ["0x80000004", "0x80000003"]}
            """, "05000000 01000000 01030000 30000000 ffffff00 03000080 00000000 00000000 00000000 04000080 00000000");
    }

    [Fact]
    public void Given_secure_inputs_before_a_malformed_one_When_run_Then_those_are_put()
    {
        AssertPasses("callback-request", """
            "buffer_size": 4096, "live_callback_ids": ["0x80000001"],
            "expect": {"dispatch": false, "result": -96, "release_secure": ["0x00000042"], "async": "processed"}
            """, "00000000 01000080 01000000 00030000 42000000 00000000 01000000 00000000 43000000 00000000");
    }

    [Fact]
    public void Given_an_explicit_release_When_run_Then_the_id_is_erased_and_nobody_is_called()
    {
        AssertPasses("callback-request", """
            "buffer_size": 4096, "live_callback_ids": ["0x80000001"],
            "expect": {"dispatch": false, "result": 0, "released": ["0x80000001"]}
            """, "00000000 01000080 ffff0100 00000000");
    }

    [Theory]
    [InlineData("02000000", "01000000 18000000 03000000 00000000", -96)]
    [InlineData("02000000", "01000000 18000000 04000000 00000000", 0)]
    [InlineData("01000000", "00000000", 0)]
    [InlineData("03000000", "00000000", -96)]
    public void Given_a_request_to_the_primordial_object_When_run_Then_its_answer_follows_the_shape(string op, string rest, int result)
    {
        AssertPasses("callback-request", $$"""
            "buffer_size": 4096, "expect": {"dispatch": true, "result": {{result}}}
            """, $"00000000 00000080 {op} {rest}");
    }

    [Fact]
    public void Given_a_final_outbound_with_a_bad_message_When_run_Then_earlier_releases_stay_and_the_result_too()
    {
        AssertPasses("final-outbound", """
            "buffer_size": 4096, "live_callback_ids": ["0x80000001", "0x80000002"], "smc_result": 10,
            "expect": {"result": 10, "released": ["0x80000001"], "async": "processed"}
            """, "02000100ffff00000100000001000080 02000100ffff0000ffffffff02000080");
    }

    [Fact]
    public void Given_a_sixteenth_argument_of_a_kind_When_run_Then_the_encoder_refuses()
    {
        var arguments = string.Join(',', Enumerable.Repeat("""{"kind": "IB", "data": ""}""", 16));

        var result = Run("direct-request", $$"""
            "buffer_size": 4096, "object": 5, "op": 1, "counts": 16, "args": [{{arguments}}]
            """, "00");

        Assert.Equal("encode: InputBufferCount is 16, limit 15", result.Reason);
    }

    private static void AssertPasses(string direction, string inputs, string hex)
    {
        var result = Run(direction, inputs, hex);
        Assert.True(result.Passed, result.Reason);
    }

    private static VectorResult Run(string direction, string inputs, string hex) => Assert.Single(TransportFile.Run(
        $$"""[{"name": "unseen", "direction": "{{direction}}", "inputs": { {{inputs}} }, "hex": "{{hex}}"}]""").Results);
}
