using MinkActors.Actors;

namespace MinkActors.Testing.Tests;

/// <summary>Which orders of the messages the checker allows, and what it finds in the others.</summary>
public sealed class IdBooksTests
{
    private const uint Id = 0x8000_0007;

    private readonly List<string> _found = [];
    private readonly IdBooks _books;
    private readonly Somebody _sender = new(), _other = new();

    public IdBooksTests()
    {
        _books = new IdBooks((invariant, _) => _found.Add(invariant));
        Turn(_sender, null, () => _books.Exported(Id));
    }

    [Fact]
    public void Given_a_RETAIN_and_a_release_under_way_at_once_When_the_table_serves_them_in_either_order_Then_nothing_is_found()
    {
        _books.Taken(_sender);
        var (retain, release) = (Request(CountRequest.Retain), GivesUp());

        Turn(_other, retain, () => _books.Retained(Id));
        Turn(_sender, release, () => _books.Unexported(Id));
        _books.CheckQuiet([(Id, 1)]);
        var (retainsLate, releasesFirst) = (Request(CountRequest.Retain), GivesUp());
        Turn(_sender, releasesFirst, () => _books.Unexported(Id));
        Turn(_other, retainsLate, () => { });
        _books.CheckQuiet([]);

        Assert.Empty(_found);
        Assert.Equal((true, false), (retain.HasCounted, retainsLate.HasCounted));
    }

    [Fact]
    public void Given_a_RETAIN_guessed_before_the_id_is_sent_When_the_message_is_taken_Then_both_references_count()
    {
        Turn(_other, Request(CountRequest.Retain), () => _books.Retained(Id));
        Assert.True(_books.Sent(Id, _sender));
        _books.Taken(_sender);
        _books.Ended(_sender);
        _books.CheckQuiet([(Id, 2)]);

        Assert.Empty(_found);
    }

    [Fact]
    public void I04_Given_one_message_that_releases_and_retains_When_served_the_wrong_way_round_Then_it_is_found()
    {
        _books.Taken(_sender);
        var both = Request(CountRequest.Retain);
        both.GivenUp.Add(Id);

        Turn(_sender, both, () =>
        {
            _books.Retained(Id);
            _books.Unexported(Id);
        });
        _books.CheckQuiet([(Id, 1)]);

        Assert.Equal(["D05", "I-04"], _found);
    }

    [Fact]
    public void I04_Given_an_id_of_the_secure_world_When_the_table_takes_it_back_for_a_message_that_does_not_say_so_Then_it_is_found()
    {
        _books.Taken(_sender);

        Turn(_sender, new WireCall(), () => _books.Unexported(Id));

        Assert.Equal(["I-04"], _found);
    }

    [Fact]
    public void I19_Given_a_message_that_gives_an_id_up_When_the_table_serves_it_and_nothing_happens_Then_it_is_found()
    {
        _books.Taken(_sender);

        Turn(_sender, GivesUp(), () => { });

        Assert.Equal(["I-19"], _found);
    }

    [Fact]
    public void D05_Given_a_RETAIN_of_a_live_id_When_served_and_not_counted_Then_it_is_found()
    {
        _books.Taken(_sender);

        Turn(_other, Request(CountRequest.Retain), () => { });

        Assert.Equal(["D05"], _found);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void D16_Given_a_refused_message_whose_id_was_retained_by_a_guess_When_it_is_taken_back_Then_nothing_may_be_left_of_it(bool isWhole)
    {
        Turn(_other, Request(CountRequest.Retain), () => _books.Retained(Id));
        _books.Sent(Id, _sender);

        Turn(_sender, null, () =>
        {
            _books.Unexported(Id);
            if (isWhole) _books.Unexported(Id);
        });
        _books.Ended(_sender);

        Assert.Equal(isWhole ? [] : ["D16"], _found);
    }

    [Fact]
    public void I04_Given_a_message_in_the_secure_worlds_hands_When_its_id_is_taken_back_Then_it_is_found()
    {
        Turn(_sender, new WireCall { IsOut = true }, () => _books.Unexported(Id));

        Assert.Equal(["I-04"], _found);
    }

    private static WireCall GivesUp()
    {
        var call = new WireCall { IsDue = true };
        call.GivenUp.Add(Id);
        return call;
    }

    private static WireCall Request(CountRequest count)
    {
        var call = new WireCall { IsDue = true, HasCallback = true, Count = count };
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes.AsSpan(4), Id);
        call.Callback.Read(bytes, isCallback: true);
        return call;
    }

    private void Turn(ActorRef asker, WireCall? call, Action events)
    {
        _books.TurnBegins(asker, call);
        events();
        _books.TurnEnds();
    }

    private sealed class Somebody : Actor
    {
        protected override void Receive(Message message)
        {
        }
    }
}
