using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>Callbacks: what a receiver gets, what it may answer, and when it hears that an object is no longer held (spec/03 sections 7 to 9).</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Given_a_request_with_every_kind_of_argument_When_received_and_answered_Then_as_the_ABI_lays_it_out()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); char out[16] = {0}, answered[] = "answer"; job j = {fd, NUL, 18, P(IO(77, 2), OB(out, 16), OO)}; 
              j.n = 3; j.p[0] = IO(77, 2); j.p[1] = OB(out, 16); j.p[2] = OO; start(&j);
              say("receive", receive(fd)); say("op", req.func); say("params", req.n); show("meta", req.p[0]);
              for (int i = 1; i < req.n; i++) { param p = req.p[i]; if (p.attr == 8) { p.a -= (uintptr_t)payload; } show("param", p); }
              printf("payload %s\n", payload + 1016);
              param a[] = {req.p[1], req.p[2], {9, (uintptr_t)answered, 6, 0}, req.p[4], req.p[5], {12, 78, 2, 0}};
              say("send", answer(fd, req.p[0].b, 0, 6, a)); say("send again", answer(fd, req.p[0].b, 0, 6, a));
              say("invoke", end(&j)); say(out, j.after.p[1].b); show("object", j.after.p[2]);
              for (int i = 0; i < 2; i++) { say("notice", receive(fd)); printf("%x %d %lld\n", req.func, req.n, (long long)req.p[0].a); } return 0; }
            """.Replace("job j = {fd, NUL, 18, P(IO(77, 2), OB(out, 16), OO)};", "job j = {fd, NUL, 18};", StringComparison.Ordinal));

        Assert.Equal(
            [
                "receive 0 0", "op 8 0", "params 7 0", "meta 259 77 0 0", "param 8 1016 5 0", "param 8 1008 3 0", "param 9 0 16 0",
                "param 11 0 1 0", "param 11 1 1 0", "param 12 0 0 0", "payload hello", "send 0 0", "send again -1 22", "invoke 0 0", "answer 6 0",
                "object 12 78 2 0", "notice 0 0",
            ],
            run.Lines[..17]);
        Assert.Equal(new[] { "ffff 1 77", "ffff 1 78" }, run.Lines.Where(line => line.StartsWith("ffff", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(-12, -97)]
    [InlineData(-19, -90)]
    [InlineData(-16, -99)]
    [InlineData(-28, -99)]
    [InlineData(-22, -96)]
    [InlineData(-9, -96)]
    [InlineData(-90, 1)]
    [InlineData(-96, 1)]
    public async Task D67_Given_an_answer_When_its_ret_is_this_Then_S_reads_that(int sent, int read)
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync($$"""
            int main(void) {
              int fd = dev(); job j = {fd, NUL, 15, 1, {IO(1, 2)} }; start(&j); receive(fd); say("send", answer(fd, req.p[0].b, {{sent}}, 0, 0));
              int ret = end(&j); printf("ret %d\n", ret); receive(fd); printf("notice %x\n", req.func); return 0; }
            """);

        Assert.Equal(["send 0 0", $"ret {read}", "notice ffff"], run.Lines);
    }

    [Theory]
    [InlineData("answer(fd, 1, 0, 0, 0)", 22)]
    [InlineData("answer(fd, -1, 0, 0, 0)", 22)]
    [InlineData("(s.p[0].attr = 2, ioctl(fd, SUPPL_SEND, &b))", 22)]
    [InlineData("(s.p[0].attr = 0x103, ioctl(fd, SUPPL_SEND, &b))", 22)]
    [InlineData("(s.n = 0, ioctl(fd, SUPPL_SEND, &b))", 22)]
    [InlineData("(s.n = 3, ioctl(fd, SUPPL_SEND, &b))", 22)]
    [InlineData("(b.len = 7, ioctl(fd, SUPPL_SEND, &b))", 22)]
    [InlineData("(b.ptr = 8, ioctl(fd, SUPPL_SEND, &b))", 14)]
    [InlineData("ioctl(fd, SUPPL_SEND, 8)", 14)]
    [InlineData("(s.n = 2, b.len = 72, s.p[1] = (param){9, ~0ull - 9, 4, 0}, ioctl(fd, SUPPL_SEND, &b))", 14)]
    [InlineData("recv_sized(fd, 0, 64)", 22)]
    [InlineData("(payload_shift = 4, recv_shifted(fd))", 22)]
    [InlineData("ioctl(fd, SUPPL_RECV, 8)", 14)]
    public async Task D54_Given_a_request_being_served_When_a_wrong_call_comes_Then_its_errno_and_the_request_can_still_be_answered(string call, int errno)
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync($$"""
            static int payload_shift; static long recv_shifted(int fd) { sup r = {0, 1, {{"{{0x103, (uintptr_t)payload + payload_shift, 64, 0}}"}} }; buf b = {(uintptr_t)&r, 40}; return ioctl(fd, SUPPL_RECV, &b); }
            int main(void) {
              int fd = dev(); job j = {fd, NUL, 15, 1, {IO(1, 2)} }; start(&j); receive(fd); u64 id = req.p[0].b; static sup s; s.n = 1; s.p[0] = (param){0x102, id, 0, 0};
              buf b = {(uintptr_t)&s, 40}; (void)b; (void)recv_shifted; errno = 0; say("wrong", {{call}}); say("send", answer(fd, id, 3, 0, 0)); say("ret", end(&j) == 3); return 0; }
            """);

        Assert.Equal([$"wrong -1 {errno}", "send 0 0", "ret 1 0"], run.Lines);
    }

    [Theory]
    [InlineData("5, a")]                                              // D-76: fewer than the request has
    [InlineData("(a[2].b = 17, 6), a")]                               // D-53: longer than asked for
    [InlineData("(a[2].a = 8, 6), a")]
    [InlineData("(a[0].attr = 9, 6), a")]
    [InlineData("(a[3].attr = 12, 6), a")]
    [InlineData("(a[5].b = 1, a[5].a = 99, 6), a")]
    [InlineData("(a[5].b = 0, 6), a")]
    public async Task D53_D76_Given_an_answer_that_does_not_convert_When_sent_Then_EINVAL_and_S_reads_UNAVAIL_and_no_notice_for_its_objects(string parameters)
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync($$"""
            int main(void) {
              int fd = dev(); char out[16]; job j = {fd, NUL, 18, 3, {IO(77, 2), OB(out, 16), OO} }; start(&j); receive(fd);
              param a[] = {req.p[1], req.p[2], {9, (uintptr_t)"answer", 6, 0}, req.p[4], req.p[5], {12, 78, 2, 0} };
              say("send", answer(fd, req.p[0].b, 0, {{parameters}})); int ret = end(&j); printf("ret %d\n", ret);
              receive(fd); printf("notice %x %d\n", req.func, (int)req.p[0].a); return 0; }
            """);

        Assert.Equal(["send -1 22", "ret -96", "notice ffff 77"], run.Lines);
    }

    [Fact]
    public async Task D64_D79_Given_receivers_that_are_too_small_When_they_receive_Then_EINVAL_and_a_larger_one_gets_the_request()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); job j = {fd, NUL, 18, 1, {IO(5, 2)}}; start(&j); while (recv_sized(fd, 6, 1024) == 0) ; 
              say("few params", recv_sized(fd, 6, 1024)); memset(payload, 9, sizeof payload); say("few bytes", recv_sized(fd, 11, 8)); say("untouched", payload[8]);
              say("exact", recv_sized(fd, 7, 16)); say("send", answer(fd, req.p[0].b, 4, 0, 0)); say("ret", end(&j) == 4); return 0; }
            """);

        Assert.Equal(["few params -1 22", "few bytes -1 22", "untouched 9 0", "exact 0 0", "send 0 0", "ret 1 0"], run.Lines);
    }

    [Fact]
    public async Task D80_Given_a_small_and_a_large_receiver_that_wait_When_a_large_request_comes_Then_the_large_one_gets_it()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            static int fd; static volatile int served;
            static void *small(void *x) { long r = recv_sized(fd, 1, 0); if (r == 0) say("small got", req.func == 0xFFFF); return 0; }
            static void *large(void *x) { say("large got", receive(fd)); answer(fd, req.p[0].b, 6, 0, 0); served = 1; return 0; }
            int main(void) {
              fd = dev(); pthread_t a, b; pthread_create(&a, 0, small, 0); usleep(50000); pthread_create(&b, 0, large, 0); usleep(50000);
              long r = invoke(fd, NUL, 18, P(IO(5, 2))); pthread_join(b, 0); pthread_join(a, 0); say("ret", r == 6); return 0; }
            """);

        Assert.Equal(["large got 0 0", "ret 1 0", "small got 1 0"], run.Lines.Order().OrderBy(line => line[0] == 's'));
    }

    [Fact]
    public async Task D59_D77_Given_requests_queued_and_taken_When_ids_are_answered_Then_in_order_and_only_what_was_taken()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(), of[5]; job j[5]; for (int i = 0; i < 5; i++) { j[i] = (job){fd, NUL, 15, 1, {IO(10 + i, 2)}}; start(&j[i]); usleep(30000); }
              for (int id = 0; id <= 100; id++) if (answer(fd, id, 0, 0, 0) == 0) say("answered a queued request", id);
              for (int i = 0; i < 5; i++) { receive(fd); printf("%d ", (int)req.p[0].b); of[req.p[0].a - 10] = req.p[0].b; } puts("");
              for (int id = 4; id >= 0; id--) say("send", answer(fd, id, 100 + id, 0, 0)); for (int i = 0; i < 5; i++) say("ret", end(&j[i]) - of[i]);
              for (int i = 0; i < 5; i++) { receive(fd); printf("%x ", req.func); if (answer(fd, req.p[0].b, 0, 0, 0) == 0) puts("answered a notice"); } puts(""); return 0; }
            """);

        // Ids are given in the order of queueing, whichever thread came first.
        Assert.Equal("0 1 2 3 4 ", run.Lines[0]);
        Assert.Equal(["ret 100", "ret 100", "ret 100", "ret 100", "ret 100"], run.Lines[6..11].Select(line => line[..7]));
        Assert.Equal("ffff ffff ffff ffff ffff ", run.Lines[11]);
    }

    [Fact]
    public async Task D70_Given_one_number_sent_twice_When_S_lets_go_Then_one_notice_for_each()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); say("keep", invoke(fd, NUL, 12, P(IO(7, 2)))); say("replace", invoke(fd, NUL, 12, P(IO(7, 2))));
              receive(fd); printf("%x %d\n", req.func, (int)req.p[0].a); say("back", invoke(fd, NUL, 14, P(OO))); show("object", last.p[0]);
              say("other", invoke(dev(), NUL, 14, P(OO)) == -96);
              say("drop", invoke(fd, NUL, 12, P(IO(NUL, 0)))); receive(fd); printf("%x %d\n", req.func, (int)req.p[0].a); return 0; }
            """);

        Assert.Equal(["keep 0 0", "replace 0 0", "ffff 7", "back 0 0", "object 12 7 2 0", "other 1 0", "drop 0 0", "ffff 7"], run.Lines);
    }

    [Fact]
    public async Task D52_D78_Given_calls_that_fail_When_they_sent_user_objects_Then_no_notice_comes_for_those()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); for (int i = 0; i < 100; i++) { invoke(fd, NUL, 0x1000A, P(IO(1, 2))); invoke(fd, NUL, 12, P(IO(2, 2), IO(9, 1))); invoke(fd, NUL, 12, P(IO(3, 2), IB(8, 8))); }
              say("last", invoke(fd, NUL, 19, P(IO(4, 2), OO))); receive(fd); printf("%x %d\n", req.func, (int)req.p[0].a); return 0; }
            """);

        Assert.Equal(["last 0 0", "ffff 4"], run.Lines);
        Assert.Equal(0, run.Device.Domain.Handles.Count);
    }

    [Fact]
    public async Task D49_D82_Given_a_receiver_whose_memory_refuses_When_a_request_is_handed_over_Then_S_gets_an_answer_and_a_notice_is_kept()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int fd = dev(); job j = {fd, NUL, 15, 1, {IO(5, 2)}}; start(&j);
              sup *r = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); r->n = 11; r->p[0] = (param){0x103, (uintptr_t)payload, 1024, 0}; mprotect(r, 4096, PROT_READ);
              buf b = {(uintptr_t)r, 360}; say("fault", ioctl(fd, SUPPL_RECV, &b)); int ret = end(&j); printf("ret %d\n", ret);
              say("fault", ioctl(fd, SUPPL_RECV, &b)); say("receive", receive(fd)); printf("%x %d\n", req.func, (int)req.p[0].a);
              job k = {fd, NUL, 18, 1, {IO(6, 2)}}; start(&k); while (recv_sized(fd, 1, 0) == 0) ; memset(&req, 0, sizeof req); req.n = 11; req.p[0] = (param){0x103, 8, 1024, 0};
              b.ptr = (uintptr_t)&req; pthread_t t; say("bad payload", ioctl(fd, SUPPL_RECV, &b)); printf("%x\n", req.func); (void)t;
              ret = end(&k); printf("ret %d\n", ret); say("first free", (invoke(fd, NUL, 11, P(OO)), last.p[0].a)); return 0; }
            """);

        Assert.Equal(["fault -1 14", "ret -96", "fault -1 14", "receive 0 0", "ffff 5", "bad payload 0 0", "ffff", "ret -96", "first free 0 0"], run.Lines);
    }

    [Theory]
    [InlineData("0", "interrupted -1 4")]
    [InlineData("SA_RESTART", "interrupted 0 0")]
    public async Task Given_a_receiver_that_waits_When_a_signal_comes_Then_EINTR_or_restart_and_no_request_is_lost(string flags, string line)
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync($$"""
            static int fd; static volatile int handled; static void on(int s) { handled++; }
            static void *wait_for(void *x) { say("interrupted", receive(fd)); return 0; }
            int main(void) {
              struct sigaction a = { .sa_handler = on, .sa_flags = {{flags}} }; sigaction(SIGUSR1, &a, 0); fd = dev(); pthread_t t; pthread_create(&t, 0, wait_for, 0);
              usleep(50000); pthread_kill(t, SIGUSR1); while (!handled) sched_yield(); if (!{{flags}}) pthread_join(t, 0);
              invoke(fd, NUL, 19, P(IO(4, 2), OO)); if (!{{flags}}) say("receive", receive(fd)); else pthread_join(t, 0); return 0; }
            """);

        Assert.Equal(flags == "0" ? [line, "receive 0 0"] : [line], run.Lines);
    }

    [Fact]
    public async Task Given_a_callback_that_invokes_before_it_answers_When_many_do_so_at_once_Then_none_waits_for_another()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            static int fd; static void *serve(void *x) {
              for (int calls = 0; calls < 2; ) { if (receive(fd)) return 0; if (req.func == 0xFFFF) continue; calls++; u64 id = req.p[0].b; char out[1];
                long r = invoke(fd, NUL, 10, P(IB("a", 1), OB(out, 1))); answer(fd, id, r == 0 && out[0] == 'b' ? 50 : 51, 0, 0); }
              return 0; }
            int main(void) {
              fd = dev(); enum { N = 40 }; job j[N]; pthread_t t[N / 2]; for (int i = 0; i < N; i++) { j[i] = (job){fd, NUL, 15, 1, {IO(i, 2)}}; start(&j[i]); }
              for (int i = 0; i < N / 2; i++) pthread_create(&t[i], 0, serve, 0); int good = 0; for (int i = 0; i < N; i++) good += end(&j[i]) == 50; say("good", good); return 0; }
            """);

        Assert.Equal(["good 40 0"], run.Lines);
    }
}
