namespace MinkActors.Actors.Tests.ThreadPool;

/// <summary>The hand-off protocol of the thread-pool engine as a model, each access to shared memory a step: all interleavings of two
/// tellers. The steps are those of TryHoldIdle, Push, LetGo and RunChain; each is a read that acquires or an interlocked write, so that
/// sequential consistency is what every processor gives them.</summary>
public sealed class HoldModelTests
{
    private const int Each = 2;

    [Fact]
    public void Given_two_tellers_of_two_messages_When_run_in_every_order_Then_each_message_runs_once_in_order_alone_and_nobody_keeps_the_actor()
    {
        var seen = new HashSet<string>();
        var open = new Stack<World>([new World()]);
        var ends = 0;
        while (open.TryPop(out var world))
        {
            if (!seen.Add(world.Key())) continue;
            var moved = false;
            for (var thread = 0; thread < 2; thread++)
            {
                if (world.Threads[thread].At == Step.Done) continue;
                var next = world.Copy();
                next.Run(thread);
                open.Push(next);
                moved = true;
            }
            if (moved) continue;
            ends++;
            Assert.Equal((0, ""), (world.Held, world.Mailbox));
            Assert.Equal(2 * Each, world.Ran.Length);
        }
        Assert.InRange(ends, 2, int.MaxValue);
    }

    private enum Step
    {
        SeeMailbox, SeeHeld, TakeHeld, SeeHead, Put, SeeHeldAgain, TakeHeldAgain,
        Turn, TurnEnds, LookBeforeLettingGo, LetGo, LookAgain, HoldAgain, TakeAll, Done,
    }

    /// <summary>One teller, who also runs the actor whenever he holds it. Letters are messages: a, b of the first, A, B of the second.</summary>
    private record struct Teller(Step At, int Sent, string Seen, string InHand);

    private sealed class World
    {
        public int Held;
        public string Mailbox = "";     // newest first
        public string Ran = "";
        public bool InTurn;
        public Teller[] Threads = [new(Step.SeeMailbox, 0, "", ""), new(Step.SeeMailbox, 0, "", "")];

        public World Copy()
        {
            var copy = (World)MemberwiseClone();
            copy.Threads = [.. Threads];
            return copy;
        }

        public string Key() => $"{Held}|{Mailbox}|{Ran}|{InTurn}|{Threads[0]}|{Threads[1]}";

        public void Run(int thread)
        {
            ref var me = ref Threads[thread];
            var message = (char)((thread == 0 ? 'a' : 'A') + me.Sent);
            switch (me.At)
            {
                case Step.SeeMailbox: me.At = Mailbox == "" ? Step.SeeHeld : Step.SeeHead; break;
                case Step.SeeHeld: me.At = Held == 0 ? Step.TakeHeld : Step.SeeHead; break;
                case Step.TakeHeld:
                    me.At = TryHold() ? Step.Turn : Step.SeeHead;
                    if (me.At == Step.Turn) me.InHand = $"{message}";
                    break;
                case Step.SeeHead: (me.Seen, me.At) = (Mailbox, Step.Put); break;
                case Step.Put:
                    if (Mailbox == me.Seen) (Mailbox, me.At) = (message + Mailbox, Step.SeeHeldAgain);
                    else me.Seen = Mailbox;
                    break;
                case Step.SeeHeldAgain: me.At = Held == 0 ? Step.TakeHeldAgain : Next(ref me); break;
                case Step.TakeHeldAgain: me.At = TryHold() ? Step.LookBeforeLettingGo : Next(ref me); break;
                case Step.Turn:
                    Assert.False(InTurn);
                    InTurn = true;
                    Assert.DoesNotContain(me.InHand[0], Ran);
                    Assert.True(me.InHand[0] is 'a' or 'A' || Ran.Contains((char)(me.InHand[0] - 1)), $"{me.InHand[0]} overtook after {Ran}");
                    Ran += me.InHand[0];
                    me.At = Step.TurnEnds;
                    break;
                case Step.TurnEnds:
                    InTurn = false;
                    me.InHand = me.InHand[1..];
                    me.At = me.InHand == "" ? Step.LookBeforeLettingGo : Step.Turn;
                    break;
                case Step.LookBeforeLettingGo: me.At = Mailbox == "" ? Step.LetGo : Step.TakeAll; break;
                case Step.LetGo: (Held, me.At) = (0, Step.LookAgain); break;
                case Step.LookAgain: me.At = Mailbox == "" ? Next(ref me) : Step.HoldAgain; break;
                case Step.HoldAgain: me.At = TryHold() ? Step.TakeAll : Next(ref me); break;
                case Step.TakeAll:
                    (me.InHand, Mailbox) = (new string([.. Mailbox.Reverse()]), "");
                    me.At = me.InHand == "" ? Step.LookBeforeLettingGo : Step.Turn;
                    break;
            }
        }

        private bool TryHold()
        {
            if (Held != 0) return false;
            Held = 1;
            return true;
        }

        private static Step Next(ref Teller me)
        {
            me.Sent++;
            (me.Seen, me.InHand) = ("", "");
            return me.Sent == Each ? Step.Done : Step.SeeMailbox;
        }
    }
}
