using MinkActors.Linux.Interception;
using Xunit.Abstractions;

namespace MinkActors.Linux.Tests.Interception;

/// <summary>What a client sees that uses the device in every way a Linux program can.</summary>
public sealed class InterceptionTests(ITestOutputHelper log)
{
    [Fact]
    public async Task Given_a_client_When_it_asks_for_the_version_Then_it_gets_that_of_QTEE()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) { int fd = dev(); uint32_t v[3]; say("version", ioctl(fd, VERSION, v)); printf("%u %u %u\n", v[0], v[1], v[2]); return 5; }
            """);

        Assert.Equal(["version 0 0", "4 0 16"], run.Lines);
        Assert.Equal(5, run.ExitCode);
        Assert.Equal(1, run.Device.Closed);
    }

    [Theory]
    [InlineData("-static")]
    [InlineData("-O2")]
    public async Task Given_raw_system_calls_in_a_program_linked_any_way_When_it_opens_and_calls_Then_it_is_served(string linking)
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              struct { uint64_t flags, mode, resolve; } how = { O_RDWR, 0, 0 };
              int a = syscall(SYS_openat, AT_FDCWD, "/dev/tee0", O_RDWR);
              int b = syscall(SYS_openat2, AT_FDCWD, "/dev/tee0", &how, sizeof how);
              say("a", syscall(SYS_ioctl, a, FILE_NUMBER, 0)); say("b", syscall(SYS_ioctl, b, FILE_NUMBER, 0));
              say("upper bits", syscall(SYS_ioctl, a, 0xFFFFFFFF00000000ul | FILE_NUMBER, 0));
            #ifdef SYS_open
              int c = syscall(SYS_open, "/dev/tee0", O_RDWR);
              say("c", syscall(SYS_ioctl, c, FILE_NUMBER, 0));
            #else
              puts("c 3 0");
            #endif
              return 0; }
            """, linking);

        Assert.Equal(["a 1 0", "b 2 0", "upper bits 1 0", "c 3 0"], run.Lines);
    }

    [Fact]
    public async Task Given_system_calls_of_the_32_bit_convention_When_a_client_makes_them_Then_they_are_served_too()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            #ifdef __x86_64__
            static long call(long n, long a, long b, long c) { long r; __asm__ volatile ("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11"); return r; }
            int main(void) {
              char *low = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0); strcpy(low, "/dev/tee0"); uint32_t *v = (uint32_t *)(low + 64);
              long fd = call(5, (long)low, O_RDWR, 0); if (fd == -ENOSYS) { puts("version 0 0\n4"); return 0; }
              say("version", call(54, fd, VERSION, (long)v)); printf("%u\n", v[0]); return 0; }
            #else
            int main(void) { puts("version 0 0\n4"); return 0; }
            #endif
            """);

        Assert.Equal(["version 0 0", "4"], run.Lines);
    }

    [Fact]
    public async Task Given_the_device_named_in_odd_ways_When_opened_Then_it_is_the_device_and_other_names_are_not()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              chdir("/dev"); int dir = open("/dev", O_RDONLY | O_DIRECTORY);
              int f[] = { open("tee0", O_RDWR), open("../dev/./tee0", O_RDWR), open("//dev///tee0", O_RDWR), openat(dir, "tee0", O_RDWR) };
              for (int i = 0; i < 4; i++) say("file", ioctl(f[i], FILE_NUMBER, 0));
              chdir("/tmp");
              say("elsewhere", open("tee0", O_RDWR)); say("longer", open("/dev/tee00", O_RDWR)); say("prefix", open("/dev/xtee0", O_RDWR));
              say("empty", open("", O_RDWR)); say("bad", open((char *)8, O_RDWR));
              char *page = mmap(0, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); munmap(page + 4096, 4096);
              strcpy(page + 4096 - 10, "/dev/tee0"); say("page end", ioctl(open(page + 4096 - 10, O_RDWR), FILE_NUMBER, 0));
              return 0; }
            """);

        Assert.Equal(
            ["file 1 0", "file 2 0", "file 3 0", "file 4 0", "elsewhere -1 2", "longer -1 2", "prefix -1 2", "empty -1 2", "bad -1 14", "page end 5 0"],
            run.Lines);
    }

    [Fact]
    public async Task Given_an_open_file_When_dup_fork_exec_and_passing_copy_it_Then_all_copies_are_one_file()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static void pass(int sock, int fd) {
              char c = 'x', b[CMSG_SPACE(4)] = {0}; struct iovec v = { &c, 1 }; struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = b, .msg_controllen = sizeof b };
              struct cmsghdr *h = CMSG_FIRSTHDR(&m); h->cmsg_level = SOL_SOCKET; h->cmsg_type = SCM_RIGHTS; h->cmsg_len = CMSG_LEN(4); memcpy(CMSG_DATA(h), &fd, 4); sendmsg(sock, &m, 0); }
            static int take(int sock) {
              char c, b[CMSG_SPACE(4)]; struct iovec v = { &c, 1 }; struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = b, .msg_controllen = sizeof b };
              recvmsg(sock, &m, 0); int fd; memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), 4); return fd; }
            int main(int argc, char **argv) {
              if (argc > 1) { say("exec", ioctl(atoi(argv[1]), FILE_NUMBER, 0)); return 0; }
              int first = dev(), fd = dev(), high = dup2(fd, 200), pair[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
              say("dup", ioctl(high, FILE_NUMBER, 0));
              close(fd); say("original closed", ioctl(high, FILE_NUMBER, 0));
              if (!fork()) { close(high); close(pair[0]); int got = take(pair[1]); say("passed", ioctl(got, FILE_NUMBER, 0)); exit(0); }
              pass(pair[0], high); wait(0);
              dup2(first, high); say("replaced", ioctl(high, FILE_NUMBER, 0));
              char number[8]; sprintf(number, "%d", high);
              if (!fork()) { execl("/proc/self/exe", "self", number, (char *)0); _exit(1); }
              wait(0); return 0; }
            """);

        Assert.Equal(["dup 2 0", "original closed 2 0", "passed 2 0", "replaced 1 0", "exec 1 0"], run.Lines);
        Assert.Equal(2, run.Device.Closed);
    }

    [Fact]
    public async Task Given_close_on_exec_When_asked_for_at_open_Then_only_that_descriptor_has_it()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              say("plain", fcntl(dev(), F_GETFD)); say("cloexec", fcntl(open("/dev/tee0", O_RDWR | O_CLOEXEC), F_GETFD)); return 0; }
            """);

        Assert.Equal(["plain 0 0", "cloexec 1 0"], run.Lines);
    }

    [Fact]
    public async Task Given_TEE_ioctls_on_other_descriptors_When_made_Then_the_kernel_answers_them()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              int fd = dev(), null = open("/dev/null", O_RDWR), pair[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, pair); uint32_t v[3];
              say("null", ioctl(null, VERSION, v)); say("socket", ioctl(pair[0], VERSION, v)); say("none", ioctl(99, VERSION, v)); say("negative", ioctl(-1, VERSION, v));
              say("unknown", ioctl(fd, 0x8010A4FFu, v)); close(fd); say("closed", ioctl(fd, VERSION, v)); return 0; }
            """);

        Assert.Equal(["null -1 25", "socket -1 25", "none -1 9", "negative -1 9", "unknown -1 22", "closed -1 9"], run.Lines);
    }

    [Fact]
    public async Task Given_bad_addresses_When_a_call_reads_or_writes_them_Then_EFAULT_and_nothing_else()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              int fd = dev(); char *page = mmap(0, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); munmap(page + 4096, 4096);
              char *constant = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              say("null", ioctl(fd, VERSION, 0)); say("kernel", ioctl(fd, VERSION, 0xffff888000000000ul)); say("across", ioctl(fd, VERSION, page + 4090));
              say("constant", ioctl(fd, VERSION, constant)); say("fits", ioctl(fd, VERSION, page + 4084));
              uint64_t arg[2] = { (uintptr_t)page + 4000, 97 }; say("half", ioctl(fd, ECHO, arg)); arg[1] = 96; say("whole", ioctl(fd, ECHO, arg));
              arg[1] = ~0ul; say("huge", ioctl(fd, ECHO, arg)); return 0; }
            """);

        Assert.Equal(
            ["null -1 14", "kernel -1 14", "across -1 14", "constant -1 14", "fits 0 0", "half -1 14", "whole 96 0", "huge -1 22"], run.Lines);
    }

    [Fact]
    public async Task Given_a_call_that_answers_with_a_descriptor_When_mapped_Then_it_is_shared_memory_that_outlives_the_device()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              int fd = dev(); uint64_t arg[2] = {0}; int shm = ioctl(fd, SHM_ALLOC, arg); say("flags", fcntl(shm, F_GETFD));
              char *a = mmap(0, 8192, 3, MAP_SHARED, shm, 0), *b = mmap(0, 8192, 3, MAP_SHARED, shm, 0); close(shm); close(fd);
              a[5000] = 42; say("shared", b[5000]); return 0; }
            """);

        Assert.Equal(["flags 0 0", "shared 42 0"], run.Lines);
        Assert.Equal(1, run.Device.Closed);
    }

    [Fact]
    public async Task Given_no_free_descriptor_When_the_device_is_opened_Then_EMFILE_and_no_file_is_left()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            #include <sys/resource.h>
            int main(void) {
              struct rlimit r = { 10, 10 }; setrlimit(RLIMIT_NOFILE, &r); while (dup(0) >= 0); say("open", dev()); return 0; }
            """);

        Assert.Equal(["open -1 24"], run.Lines);
        Assert.Equal((1, 1), (run.Device.Opened, run.Device.Closed));
    }

    [Fact]
    public async Task Given_more_opens_than_the_limit_When_they_come_Then_ENFILE_and_a_close_makes_room_at_once()
    {
        if (!Can()) return;
        var program = ClientProgram.Build("""
            int main(void) { int a = dev(), b = dev(); say("b", b > 0); say("c", dev()); close(a); say("again", dev() > 0); return 0; }
            """);
        var run = await ClientRun.OfProgramAsync(program, [], new InterceptionOptions { FilesMax = 2 });

        Assert.Equal(["b 1 0", "c -1 23", "again 1 0"], run.Lines);
    }

    [Fact]
    public async Task Given_many_threads_and_processes_When_all_call_at_once_Then_each_gets_its_own_answers()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            static void *work(void *start) {
              int fd = dev(); unsigned char b[64]; uint64_t arg[2] = { (uintptr_t)b, 64 };
              for (int i = 0; i < 50; i++) { memset(b, (uintptr_t)start + i, 64); if (ioctl(fd, ECHO, arg) != 64) return "errno"; for (int k = 0; k < 64; k++) if (b[k] != (unsigned char)((uintptr_t)start + i + 1)) return "bytes"; }
              close(fd); return 0; }
            int main(void) {
              for (int p = 0; p < 10; p++) if (!fork()) {
                pthread_t t[10]; void *bad = 0, *r; for (long i = 0; i < 10; i++) pthread_create(&t[i], 0, work, (void *)(p * 10 + i));
                for (int i = 0; i < 10; i++) { pthread_join(t[i], &r); if (r) bad = r; } _exit(bad != 0); }
              int failed = 0, status; while (wait(&status) > 0) failed += status != 0; say("failed", failed); return 0; }
            """);

        Assert.Equal(["failed 0 0"], run.Lines);
        Assert.Equal((100, 100), (run.Device.Opened, run.Device.Closed));
    }

    [Fact]
    public async Task Given_a_device_that_throws_When_called_Then_EIO_and_the_next_call_is_served()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) { int fd = dev(); say("throw", ioctl(fd, THROW, 0)); say("next", ioctl(fd, FILE_NUMBER, 0)); return 0; }
            """);

        Assert.Equal(["throw -1 5", "next 1 0"], run.Lines);
    }

    [Fact]
    public async Task Given_an_ordinary_program_When_it_runs_Then_hardly_any_of_its_calls_come_here()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) { for (int i = 0; i < 1000; i++) { close(open("/etc/passwd", O_RDONLY)); getppid(); struct stat s; stat("/", &s); ioctl(0, 0x5401, &s); } puts("done"); return 0; }
            """);

        Assert.Equal(["done"], run.Lines);
        Assert.InRange(run.Command.Notifications, 0, 10);
    }

    [Fact]
    public async Task Given_a_client_that_looks_before_it_opens_When_all_paths_are_covered_Then_it_finds_device_and_sysfs()
    {
        if (!Can()) return;
        var program = ClientProgram.Build("""
            int main(void) {
              struct stat s = {0}; struct statx x = {0}; char b[8] = {0};
              say("access", access("/dev/tee0", R_OK | W_OK)); say("stat", stat("/dev/tee0", &s)); say("char", S_ISCHR(s.st_mode));
              say("statx", statx(AT_FDCWD, "/dev/tee0", 0, STATX_BASIC_STATS, &x)); say("char", S_ISCHR(x.stx_mode));
              int fd = open("/sys/class/tee/tee0/implementation_id", O_RDONLY); say("read", read(fd, b, 8)); fputs(b, stdout);
              say("read only", ioctl(open("/dev/tee0", O_RDONLY), FILE_NUMBER, 0)); say("missing", access("/dev/tee9", F_OK)); return 0; }
            """);
        var run = await ClientRun.OfProgramAsync(program, [], new InterceptionOptions { Coverage = PathCoverage.AllOpensAndChecks });

        Assert.Equal(
            ["access 0 0", "stat 0 0", "char 1 0", "statx 0 0", "char 1 0", "read 2 0", "4", "read only 1 0", "missing -1 2"], run.Lines);
    }

    [Fact]
    public async Task Given_a_shell_When_it_opens_the_device_Then_its_children_inherit_it()
    {
        if (!Can()) return;
        var program = ClientProgram.Build("""int main(void) { say("inherited", ioctl(9, FILE_NUMBER, 0)); return 0; }""");
        var run = await ClientRun.OfProgramAsync("sh", ["-c", $"exec 9<>/dev/tee0; {program}; {program}"], new InterceptionOptions());

        Assert.Equal(["inherited 1 0", "inherited 1 0"], run.Lines);
    }

    [Fact]
    public void Given_a_program_that_does_not_exist_When_started_Then_the_error_says_so()
    {
        var refusal = Assert.Throws<InterceptionException>(() =>
            InterceptedCommand.Start(new CommandToRun { Program = "/no/such/program" }, new TestDevice(), new InterceptionOptions()));

        Assert.Contains("no such program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Given_what_the_runtime_changes_in_its_own_process_When_a_client_starts_Then_it_finds_none_of_it()
    {
        if (!Can()) return;
        var run = await ClientRun.OfAsync("""
            int main(void) {
              struct sigaction s; sigset_t blocked; int ignored = 0; sigaction(SIGPIPE, 0, &s); say("SIGPIPE default", s.sa_handler == SIG_DFL);
              sigprocmask(0, 0, &blocked); for (int i = 1; i < 32; i++) ignored += sigismember(&blocked, i); say("blocked", ignored);
              int ours = 0; for (int fd = 3; fd < 256; fd++) {
                char link[32], to[64] = {0}; sprintf(link, "/proc/self/fd/%d", fd);
                ours += readlink(link, to, 63) > 0 && (!strncmp(to, "anon_inode", 10) || !strncmp(to, "socket", 6) || strstr(to, ".dll")); }
              say("descriptors of the host", ours); return 0; }
            """);

        Assert.Equal(["SIGPIPE default 1 0", "blocked 0 0", "descriptors of the host 0 0"], run.Lines);
    }

    private bool Can()
    {
        if (!ClientProgram.CanCompile) log.WriteLine(ClientProgram.NoCompiler);
        return ClientProgram.CanCompile;
    }
}
