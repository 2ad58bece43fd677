namespace MinkActors.Tests.Objects;

/// <summary>A call being served is pooled: what one use knew is not the next one's.</summary>
public sealed class ReusedCallTests
{
    [Fact]
    public void Given_a_call_that_ran_on_a_known_stack_When_it_is_used_again_Then_nobody_is_said_to_run_it()
    {
        var call = new IncomingCall { Run = new object() };

        call.Reset();

        Assert.Null(call.Run);
    }

    [Fact]
    public void Given_a_used_call_When_its_next_turn_does_not_know_its_stack_Then_the_one_before_is_not_taken_for_it()
    {
        var call = new IncomingCall { Run = new object() };
        call.Reset();

        call.Run = null;

        Assert.Null(call.Run);
    }
}
