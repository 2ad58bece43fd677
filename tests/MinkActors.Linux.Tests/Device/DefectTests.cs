using MinkActors.Linux.Device;
using MinkActors.Linux.Tests.Interception;

namespace MinkActors.Linux.Tests.Device;

/// <summary>Faults that drivers for this device have had, each provoked as its row of spec/11 says.</summary>
public sealed class DefectTests
{
    [Fact]
    public async Task D43_Given_a_full_table_When_S_returns_an_object_Then_UNAVAIL_and_the_object_goes_back()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync(
            """
            int main(void) { int fd = dev(); say("fill", invoke(fd, NUL, 11, P(OO, OO))); int r = invoke(fd, NUL, 11, P(OO)); printf("ret %d\n", r);
              show("object", last.p[0]); say("release", release_object(fd, 1)); say("room again", invoke(fd, NUL, 11, P(OO))); show("object", last.p[0]); return 0; }
            """,
            new TeeContextLimits { SecureObjectsMax = 2 });

        Assert.Equal(["fill 0 0", "ret -96", "object 12 0 0 0", "release 0 0", "room again 0 0", "object 12 1 1 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D45_Given_a_new_connection_When_it_answers_receives_and_closes_in_any_order_Then_each_works()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            static void *wait_for(void *x) { receive(*(int *)x); return 0; }
            int main(void) {
              int a = dev(); say("answer first", answer(a, 0, 0, 0, 0)); close(a);
              a = dev(); close(a); say("closed", receive(a));
              int b = dev(); pthread_t t; pthread_create(&t, 0, wait_for, &b); usleep(20000); close(b);
              int c = dev(); job j = {c, NUL, 15, 1, {IO(7, 2)}}; start(&j); receive(c); say("answer", answer(c, req.p[0].b, 0, 0, 0)); say("invoke", end(&j)); _exit(0); }
            """);

        Assert.Equal(["answer first -1 22", "closed -1 9", "answer 0 0", "invoke 0 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D47_D48_Given_two_connections_with_an_object_of_the_same_number_When_S_returns_one_Then_only_its_owner_gets_it()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) {
              int a = dev(), b = dev(); say("a keeps 7", invoke(a, NUL, 12, P(IO(7, 2)))); int r = invoke(b, NUL, 14, P(OO)); printf("b gets %d\n", r); show("b", last.p[0]);
              say("b sends its own 7", invoke(b, NUL, 19, P(IO(7, 2), OO))); show("b", last.p[1]); say("a gets", invoke(a, NUL, 14, P(OO))); show("a", last.p[0]);
              say("drop", invoke(a, NUL, 12, P(IO(NUL, 0)))); return 0; }
            """);

        Assert.Equal(["a keeps 7 0 0", "b gets -96", "b 12 0 0 0", "b sends its own 7 0 0", "b 12 7 2 0", "a gets 0 0", "a 12 7 2 0", "drop 0 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D51_Given_a_result_that_is_not_zero_When_the_call_sent_two_user_objects_Then_one_notice_comes_for_each()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) { int fd = dev(), v = 5; say("ret", invoke(fd, NUL, 16, P(IB(&v, 4), IO(7, 2), IO(8, 2))) == 5); int sum = 0;
              for (int i = 0; i < 2; i++) { receive(fd); sum += req.p[0].a; printf("%x\n", req.func); } say("both", sum);
              job j = {fd, NUL, 15, 1, {IO(9, 2)}}; start(&j); receive(fd); say("next is a call", req.func); answer(fd, req.p[0].b, 0, 0, 0); end(&j); return 0; }
            """);

        Assert.Equal(["ret 1 0", "ffff", "ffff", "both 15 0", "next is a call 7 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D55_Given_many_answers_to_one_request_at_once_When_sent_Then_one_is_taken_and_the_others_refused()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            static int fd; static volatile u64 id; static volatile int round_, taken, refused;
            static void *answers(void *x) { for (int seen = 0; ; ) { while (round_ == seen) sched_yield(); seen = round_; if (seen < 0) return 0;
              param p = {12, 30 + (uintptr_t)x, 2, 0}; (void)p; if (answer(fd, id, 0, 0, 0)) __sync_fetch_and_add(&refused, 1); else __sync_fetch_and_add(&taken, 1); } }
            int main(void) {
              fd = dev(); pthread_t t[4]; for (long i = 0; i < 4; i++) pthread_create(&t[i], 0, answers, (void *)i);
              for (int i = 1; i <= 50; i++) { job j = {fd, NUL, 15, 1, {IO(7, 2)}}; start(&j); do receive(fd); while (req.func == 0xFFFF); id = req.p[0].b; round_ = i; end(&j); while (taken + refused < 4 * i) sched_yield(); }
              round_ = -1; for (int i = 0; i < 4; i++) pthread_join(t[i], 0); say("taken", taken); say("refused", refused); return 0; }
            """);

        Assert.Equal(["taken 50 0", "refused 150 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D57_D58_Given_thousands_of_callbacks_and_notices_When_all_are_served_Then_no_record_keeps_its_id()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            static int fd; static volatile int served, notices; static u64 highest;
            static void *serve(void *x) { while (receive(fd) == 0) { if (req.p[0].b > highest) highest = req.p[0].b; if (req.func == 0xFFFF) notices++; else { answer(fd, req.p[0].b, 0, 0, 0); served++; } } return 0; }
            int main(void) { fd = dev(); pthread_t t; pthread_create(&t, 0, serve, 0);
              for (int i = 0; i < 3000; i++) invoke(fd, NUL, 15, P(IO(i, 2))); while (notices < 3000) sched_yield(); say("served", served); say("ids stay low", highest < 8); _exit(0); }
            """);

        Assert.Equal(["served 3000 0", "ids stay low 1 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D61_Given_a_silent_server_When_the_deadline_passes_Then_S_reads_TIMEOUT_and_a_late_answer_is_refused()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync(
            """
            int main(void) { int fd = dev(); job j = {fd, NUL, 15, 1, {IO(7, 2)}}; start(&j); receive(fd); int r = end(&j); printf("ret %d\n", r); say("late", answer(fd, req.p[0].b, 0, 0, 0)); return 0; }
            """,
            options => options.Limits = options.Limits with { CallbackDeadline = TimeSpan.FromMilliseconds(50) });

        Assert.Equal([$"ret {(int)ResultCode.Timeout}", "late -1 22"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D68_Given_no_room_for_further_requests_When_S_lets_go_Then_the_notice_comes_all_the_same()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync(
            """
            int main(void) { int fd = dev(); job j = {fd, NUL, 15, 1, {IO(1, 2)}}; start(&j); receive(fd); u64 id = req.p[0].b;
              int r = invoke(fd, NUL, 15, P(IO(2, 2))); printf("no room %d\n", r); receive(fd); printf("notice %x %d\n", req.func, (int)req.p[0].a);
              answer(fd, id, 0, 0, 0); end(&j); receive(fd); printf("notice %x %d\n", req.func, (int)req.p[0].a); return 0; }
            """,
            new TeeContextLimits { RequestsMax = 1, UserObjectsMax = 2 });

        Assert.Equal(["no room -90", "notice ffff 2", "notice ffff 1"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }

    [Fact]
    public async Task D83_Given_an_invocation_under_way_When_its_number_is_released_and_given_out_again_Then_it_keeps_its_object()
    {
        if (!ClientProgram.CanCompile) return;
        var run = await TeeProgram.RunAsync("""
            int main(void) { int fd = dev(); invoke(fd, NUL, 11, P(OO)); u64 id = last.p[0].a; job j = {fd, id, 15, 1, {IO(7, 2)}}; start(&j); receive(fd); u64 request = req.p[0].b;
              say("release", release_object(fd, id)); say("new", invoke(fd, NUL, 11, P(OO))); say("same number", last.p[0].a == id); say("released twice", release_object(fd, id)); say("gone", invoke(fd, id, 10, 0, 0));
              answer(fd, request, 33, 0, 0); say("first ends", end(&j) == 33); return 0; }
            """);

        Assert.Equal(["release 0 0", "new 0 0", "same number 1 0", "released twice 0 0", "gone -1 22", "first ends 1 0"], run.Lines);
        CloseTests.AssertNothingIsLeft(run);
    }
}
