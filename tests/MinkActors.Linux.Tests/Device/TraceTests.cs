using MinkActors.Linux.Tests.Interception;
using MinkActors.Linux.Tracing;

namespace MinkActors.Linux.Tests.Device;

/// <summary>What a traced run says about itself.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task Given_a_traced_client_When_its_trace_is_read_Then_the_timeline_and_the_graph_tell_what_it_did()
    {
        if (!ClientProgram.CanCompile) return;
        var file = new MemoryStream();
        using var trace = new TraceWriter(file, TimeProvider.System);
        await TeeProgram.RunAsync(
            """
            int main(void) {
              int fd = dev(); invoke(fd, NUL, 11, P(OO, OO)); release_object(fd, 0); job j = {fd, NUL, 15, 1, {IO(7, 2)}}; start(&j); receive(fd); answer(fd, req.p[0].b, 5, 0, 0); end(&j);
              receive(fd); invoke(fd, NUL, 12, P(IO(8, 2))); invoke(fd, NUL, 0x10000, 0, 0); return 0; }
            """,
            mink => mink.Observer = trace,
            observer: trace);

        var entries = TraceReader.Read(new StringReader(System.Text.Encoding.UTF8.GetString(file.ToArray())));
        var (timeline, graph) = (new StringWriter(), new StringWriter());
        TraceReport.WriteTimeline(entries, timeline);
        TraceReport.WriteGraph(entries, graph);

        Assert.Contains("OBJECT_INVOKE root op 11 = 0 (ObjrefOutput secure 0, ObjrefOutput secure 1)", timeline.ToString(), StringComparison.Ordinal);
        Assert.Contains("request 0: user 7 op 7 ()", timeline.ToString(), StringComparison.Ordinal);
        Assert.Contains("request 0 = 5 ()", timeline.ToString(), StringComparison.Ordinal);
        Assert.Contains("OBJECT_INVOKE EINVAL", timeline.ToString(), StringComparison.Ordinal);
        Assert.Contains("callback user object 7 of context 1 op 7", timeline.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "context 1 ─×─ secure 0   by context 1: root op 11", "context 1 ─×─ secure 1   by context 1: root op 11",
                "secure world ─×─ user 7 of context 1   by context 1: root op 15", "secure world ─×─ user 8 of context 1   by context 1: root op 12",
            ],
            graph.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Given_a_trace_cut_off_in_its_last_line_When_read_Then_the_rest_is_there_and_a_bad_line_before_is_named()
    {
        const string Good = """{"t":1.5,"step":"open","context":1,"thread":2,"process":2}""";

        Assert.Single(TraceReader.Read(new StringReader(Good + "\n{\"t\":2")));
        var fault = Assert.Throws<InvalidDataException>(() => TraceReader.Read(new StringReader("{\"t\":2\n" + Good)));
        Assert.Contains("Line 1", fault.Message, StringComparison.Ordinal);
    }
}
