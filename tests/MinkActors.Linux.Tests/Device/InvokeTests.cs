using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>OBJECT_INVOKE from real programs: what is passed, what is refused, in which order (spec/03 section 5).</summary>
public sealed class InvokeTests
{
    [Fact]
    public async Task Given_buffers_of_any_size_When_invoked_Then_sizes_and_bytes_come_back()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); char a[5] = "abcd", b[8] = {0}; static char big[1 << 20], out[1 << 20]; big[77777] = 6;
              say("invoke", invoke(fd, NUL, 10, P(IB(a, 4), OB(b, 8), IB(big, sizeof big), OB(out, sizeof out), IB(0, 0), OB(0, 0))));
              say(b, last.p[1].b); say("big", out[77777]); say("size", last.p[3].b); say("empty", last.p[5].b);
              say("short", invoke(fd, NUL, 10, P(IB(a, 4), OB(b, 2)))); say("size", last.p[1].b); return 0; }
            """);

        Assert.Equal(["invoke 0 0", "bcde 4 0", "big 7 0", "size 1048576 0", "empty 0 0", "short 0 0", "size 2 0"], run.Lines);
    }

    [Fact]
    public async Task Given_secure_objects_When_they_come_and_go_Then_each_gets_the_lowest_free_number()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); say("make", invoke(fd, NUL, 11, P(OO, OO, OO))); for (int i = 0; i < 3; i++) show("object", last.p[i]);
              say("release", release_object(fd, 1)); say("again", release_object(fd, 1)); say("null", release_object(fd, NUL));
              say("use", invoke(fd, 0, 16, P(IB(((int[]){0}), 4)))); say("gone", invoke(fd, 1, 16, P(IB(((int[]){0}), 4))));
              say("same twice", invoke(fd, NUL, 19, P(IO(0, 1), IO(0, 1), OO, OO))); show("object", last.p[2]); show("object", last.p[3]);
              int other = dev(); say("other context", invoke(other, 0, 16, P(IB(((int[]){0}), 4)))); return 0; }
            """);

        Assert.Equal(
            [
                "make 0 0", "object 12 0 1 0", "object 12 1 1 0", "object 12 2 1 0", "release 0 0", "again 0 0", "null 0 0", "use 0 0", "gone -1 22",
                "same twice 0 0", "object 12 1 1 0", "object 12 3 1 0", "other context -1 22",
            ],
            run.Lines);
    }

    [Fact]
    public async Task Given_a_result_of_the_object_When_it_is_not_zero_Then_ret_has_it_and_outputs_read_null_or_as_given()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); char out[8]; int v = 77; say("ret", invoke(fd, NUL, 16, P(IB(&v, 4), OB(out, 8), OO)));
              say("b", last.p[1].b); show("object", last.p[2]); v = -92; say("ret", invoke(fd, NUL, 16, P(IB(&v, 4)))); return 0; }
            """);

        Assert.Equal(["ret 77 0", "b 8 0", "object 12 0 0 0", "ret -92 0"], run.Lines.Select(line => line.Replace("-92 22", "-92 0", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("ioctl(fd, OBJECT_INVOKE, 0)", 14)]                                                                    // 1
    [InlineData("(b.len = 23, ioctl(fd, OBJECT_INVOKE, &b))", 22)]                                                     // 2
    [InlineData("(b.len = 4097, ioctl(fd, OBJECT_INVOKE, &b))", 22)]
    [InlineData("(b.ptr = 8, ioctl(fd, OBJECT_INVOKE, &b))", 14)]                                                      // 3
    [InlineData("(v.n = 1, ioctl(fd, OBJECT_INVOKE, &b))", 22)]                                                        // 4
    [InlineData("(v.n = 0xFFFFFFFF, ioctl(fd, OBJECT_INVOKE, &b))", 22)]
    [InlineData("(v.n = 0x80000000, ioctl(fd, OBJECT_INVOKE, &b))", 22)]
    [InlineData("invoke(fd, NUL, 10, P(IB(0xFFFFFFFF00000000ull, 8), OB(v.p, 8)))", 14)]                               // 6
    [InlineData("invoke(fd, NUL, 10, P({0x8, 0, 0, 0}, {4, 0, 0, 0}))", 22)]
    [InlineData("invoke(fd, NUL, 10, P({0x208, 0, 0, 0}))", 22)]
    [InlineData("invoke(fd, NUL, 10, P({5, 0, 0, 1}))", 22)]
    [InlineData("invoke(fd, NUL, 10, P({0x108, 0, 0, 0}))", 22)]                                                       // 7
    [InlineData("invoke(fd, NUL, 10, P({0, 0, 0, 0}))", 22)]
    [InlineData("invoke(fd, NUL, 10, P({1, 0, 0, 0}))", 22)]
    [InlineData("invoke(fd, NUL, 10, P({10, 0, 0, 0}))", 22)]
    [InlineData("invoke(fd, NUL, 10, P({13, 0, 0, 0}))", 22)]
    [InlineData("invoke(fd, NUL, 11, P(OO, OO, OO, OO, OO, OO, OO, OO, OO, OO, OO, OO, OO, OO, OO, OO))", 22)]          // 8: sixteen
    [InlineData("invoke(fd, NUL, 4, 0, 0)", 22)]                                                                       // 11
    [InlineData("invoke(fd, NUL, 8, 0, 0)", 22)]
    [InlineData("invoke(fd, NUL, 9, 0, 0)", 22)]
    [InlineData("invoke(fd, 0, 10, 0, 0)", 22)]                                                                        // 12
    [InlineData("invoke(fd, NUL, 12, P(IO(5, 1)))", 22)]                                                               // 13
    [InlineData("invoke(fd, NUL, 12, P(IO(5, 0)))", 22)]
    [InlineData("invoke(fd, NUL, 12, P(IO(5, 4)))", 22)]
    [InlineData("invoke(fd, NUL, 12, P(IO(0x100000001ull, 4)))", 22)]
    [InlineData("invoke(fd, NUL, 0x1000A, 0, 0)", 22)]                                                                 // 14
    [InlineData("invoke(fd, NUL, 0xFFFE, 0, 0)", 22)]
    [InlineData("invoke(fd, NUL, 10, P(IB(v.p, 0x100000010ull), OB(v.p, 8)))", 22)]                                    // 15, D-17
    [InlineData("invoke(fd, NUL, 10, P(IB(v.p, 4 << 20), OB(v.p, 8)))", 22)]
    [InlineData("invoke(fd, NUL, 10, P(IB(8, 8), OB(v.p, 8)))", 14)]                                                   // 17
    [InlineData("ioctl(fd, 0x8010A402, &b)", 22)]
    [InlineData("ioctl(fd, 0x8010A403, 0)", 22)]
    [InlineData("ioctl(fd, 0x8008A404, 0)", 22)]
    [InlineData("ioctl(fd, 0x8004A405, 0)", 22)]
    [InlineData("ioctl(fd, 0x8010A44F, 0)", 22)]
    [InlineData("ioctl(fd, 0xC018A408, v.p)", 22)]
    [InlineData("ioctl(fd, 0xC018A408, 0)", 14)]
    [InlineData("ioctl(fd, 0xC018A409, 0)", 14)]
    [InlineData("ioctl(fd, 0xC018A409, v.p)", 524)]
    [InlineData("ioctl(fd, VERSION, 8)", 14)]
    public async Task D17_D18_D65_D78_Given_a_call_that_is_wrong_When_made_Then_its_errno_and_the_next_call_works(string call, int errno)
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync($$"""
            int main(void) {
              int fd = dev(); static inv v; v.id = NUL; v.op = 10; buf b = {(uintptr_t)&v, 24}; (void)b;
              errno = 0; say("refused", {{call}}); char out[2] = {0};
              say("next", invoke(fd, NUL, 10, P(IB("a", 1), OB(out, 1)))); say(out, 0); return 0; }
            """);

        Assert.Equal([$"refused -1 {errno}", "next 0 0", "b 0 0"], run.Lines);
    }

    [Theory]
    [InlineData("P(IO(NUL, 2), OO)")]
    [InlineData("P(OO, IO(NUL, 2))")]
    [InlineData("P(IO(NUL, 0), OO, OO)")]
    [InlineData("P(IB(0, 0), IO(NUL, 1), OO)")]
    [InlineData("P(IO(NUL, 4))")]
    public async Task D74_Given_null_credentials_in_any_order_When_a_client_registers_with_op_5_Then_refused(string parameters)
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync($$"""
            int main(void) { int fd = dev(); say("null", invoke(fd, NUL, 5, {{parameters}})); say("own", invoke(fd, NUL, 5, P(IO(3, 2), OO))); return 0; }
            """);

        Assert.Equal(["null -1 22", "own 2 22"], run.Lines.Select(line => line == "own 2 0" ? "own 2 22" : line));
    }

    [Fact]
    public async Task D50_Given_outputs_that_cannot_be_written_When_S_has_answered_Then_every_object_made_is_taken_back()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); inv *v = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); v->id = NUL; v->op = 11; v->n = 1; v->p[0] = OO; mprotect(v, 4096, PROT_READ);
              buf b = {(uintptr_t)v, 56}; say("read only", ioctl(fd, OBJECT_INVOKE, &b));
              say("make", invoke(fd, NUL, 11, P(OO))); show("object", last.p[0]); return 0; }
            """);

        Assert.Equal(["read only -1 14", "make 0 0", "object 12 0 1 0"], run.Lines);
    }

    [Fact]
    public async Task Given_the_version_ioctl_When_called_Then_QTEE_with_object_references()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) { u32 v[3] = {9, 9, 9}; say("version", ioctl(dev(), VERSION, v)); say("impl", v[0]); say("caps", v[1]); say("gen", v[2]); return 0; }
            """);

        Assert.Equal(["version 0 0", "impl 4 0", "caps 0 0", "gen 16 0"], run.Lines);
    }
}
