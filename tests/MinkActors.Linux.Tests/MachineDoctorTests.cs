using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Tests;

public sealed class MachineDoctorTests
{
    [Fact]
    public void Given_this_machine_When_examined_Then_every_lack_comes_with_a_remedy()
    {
        var facts = MachineDoctor.Examine();

        Assert.Contains(facts, fact => fact.Name == "system call interception");
        Assert.All(facts, fact => Assert.True(fact.State is FactState.Good or FactState.Information || fact.Remedy is not null, fact.Name));
    }

    [Theory]
    [InlineData("5.4", FactState.Missing)]
    [InlineData("5.15", FactState.Limited)]
    [InlineData("6.1", FactState.Limited)]
    [InlineData("6.6", FactState.Good)]
    public void Given_a_kernel_When_judged_Then_the_worst_fact_tells_what_it_lacks(string release, FactState worst)
    {
        var facts = new List<MachineFact>();
        MachineDoctor.AddKernel(facts, new KernelVersion(Version.Parse(release)));

        Assert.Equal(worst, facts.Max(fact => fact.State));
    }

    [Theory]
    [InlineData("", FactState.Good)]
    [InlineData("0\n", FactState.Good)]
    [InlineData("1\n", FactState.Limited)]
    [InlineData("2\n", FactState.Missing)]
    public void Given_a_ptrace_scope_When_judged_Then_it_says_whose_memory_can_be_reached(string scope, FactState state) =>
        Assert.Equal(state, MachineDoctor.Yama(scope).State);
}
