using MinkActors.Actors;

namespace MinkActors.Conformance;

public abstract partial class EngineConformance
{
    [Fact]
    public Task Given_a_question_When_answered_Then_the_asker_gets_the_answer_and_may_ask_again() => OnEngine(async bench =>
    {
        var actor = bench.System.Spawn(new Scripted { OnReceive = (_, message) => ((Question)message).Reply("answer") });
        var question = new Question();

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("answer", await actor.Ask(question));
            question.Reset();
        }
    });

    [Fact]
    public Task Given_a_question_When_it_is_answered_twice_Then_the_second_answer_is_refused() => OnEngine(async bench =>
    {
        var second = new Journal();
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (_, message) =>
            {
                var question = (Question)message;
                question.Reply("first");
                second.Add($"{question.Reply("second")} {question.Fail(new InvalidOperationException())}");
            },
        });

        Assert.Equal("first", await actor.Ask(new Question()));

        await second.Await(1);
        Assert.Equal(["False False"], second.Entries);
    });

    [Fact]
    public Task Given_a_question_When_it_is_failed_Then_the_asker_gets_the_exception() => OnEngine(async bench =>
    {
        var actor = bench.System.Spawn(new Scripted { OnReceive = (_, message) => ((Question)message).Fail(new InvalidOperationException("no")) });

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await actor.Ask(new Question()));

        Assert.Equal("no", failure.Message);
    });

    [Fact]
    public Task Given_a_stopped_actor_When_asked_Then_the_asker_is_told_so() => OnEngine(async bench =>
    {
        var actor = bench.System.Spawn(new Probe(), "gone");
        await StopAndWait(bench.System, actor);

        var failure = await Assert.ThrowsAsync<ActorStoppedException>(async () => await actor.Ask(new Question()));

        Assert.Equal("gone", failure.ActorName);
    });

    [Fact]
    public Task Given_a_question_that_is_kept_When_a_later_turn_answers_Then_the_asker_gets_the_answer() => OnEngine(async bench =>
    {
        Question? kept = null;
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (_, message) =>
            {
                if (message is Question question) kept = question;
                else kept!.Reply("late");
            },
        });
        var answer = actor.Ask(new Question());
        actor.Tell(new Text("answer now"));

        Assert.Equal("late", await answer);
    });

    [Fact]
    public Task Given_a_question_without_an_answer_When_reused_Then_it_is_refused() => OnEngine(async bench =>
    {
        var keeper = bench.System.Spawn(new Probe());
        var question = new Question();
        var answer = keeper.Ask(question);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await keeper.Ask(question));
        Assert.Throws<InvalidOperationException>(question.Reset);

        (await keeper.Next<Question>()).Reply("at last");
        Assert.Equal("at last", await answer);
    });
}
