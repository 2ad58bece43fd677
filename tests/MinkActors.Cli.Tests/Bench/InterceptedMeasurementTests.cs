using MinkActors.Cli.Bench;
using MinkActors.Linux;
using MinkActors.Linux.Interception;
using static MinkActors.Cli.Bench.PathSet;

namespace MinkActors.Cli.Tests.Bench;

public sealed class InterceptedMeasurementTests
{
    [Fact]
    public async Task Given_this_machine_When_measured_Then_both_paths_have_figures_or_both_say_what_is_missing()
    {
        var facts = MachineDoctor.Examine();
        var isAble = facts.All(fact => fact.State != FactState.Missing) && facts.Any(fact => fact.Name == "C compiler" && fact.Remedy is null);

        var (paths, missing) = await InterceptedMeasurement.RunAsync(rounds: 3, TimeSpan.FromMilliseconds(1));

        string[] ids = [Ids.BareIoctl, Ids.Intercepted];
        Assert.Equal(isAble ? ids : [], paths.Select(path => path.Id));
        Assert.Equal(isAble ? [] : ids, missing.Select(path => path.Id));
        Assert.All(paths, path => Assert.True(path.Best > 0 && path.Best <= path.Nanoseconds && path.P50 > 0 && path.P50 <= path.P999, path.ToString()));
        Assert.All(missing, path => Assert.NotEmpty(path.Reason));
    }

    [Fact]
    public async Task Given_a_program_that_is_not_there_When_it_is_to_be_measured_Then_the_reason_is_the_refusal()
    {
        await using var world = await InterceptedWorld.StartAsync();

        var refusal = Record.Exception(() => new InterceptedClient("/no/such/client", world.Device));

        Assert.IsType<InterceptionException>(refusal);
    }
}
