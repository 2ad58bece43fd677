namespace MinkActors.Tests.Domains;

public sealed class LiveSetTests
{
    [Fact]
    public void Given_a_member_that_takes_another_s_place_When_it_is_removed_at_that_moment_Then_it_goes_and_the_rest_stay()
    {
        var set = new LiveSet<Member, Place>(1, static () => 0);
        var (first, stays, last) = (new Member(), new Member(), new Member());
        foreach (var member in (Member[])[first, stays, last]) set.Add(member);
        var remover = new Thread(() => set.Remove(last));
        Place.Looked = looked =>
        {
            // Only in the middle of the removal below, which has the set locked, the last one's place is asked for.
            if (looked != last) return;
            Place.Looked = null;
            remover.Start();
            while (!remover.ThreadState.HasFlag(ThreadState.WaitSleepJoin)) Thread.Yield();
        };

        set.Remove(first);
        remover.Join();

        Assert.Equal([stays], set.ToList());
        set.Remove(stays);
        Assert.Equal(0, set.Count);
    }

    private sealed class Member
    {
        public LivePlace At;
    }

    private readonly struct Place : IPlaceOf<Member>
    {
        [ThreadStatic]
        private static Action<Member>? t_looked;

        /// <summary>Told on this thread whenever a member's place is asked for.</summary>
        public static Action<Member>? Looked { set => t_looked = value; }

        public static ref LivePlace Of(Member member)
        {
            t_looked?.Invoke(member);
            return ref member.At;
        }
    }
}
