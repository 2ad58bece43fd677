using System.Diagnostics.Metrics;
using MinkActors.Emulator;

namespace MinkActors.Tests.Diagnostics;

/// <summary>Who begins to listen in the middle of calls.</summary>
public sealed class MeterTests
{
    [Fact]
    public void Given_a_call_under_way_When_somebody_begins_to_watch_how_many_are_in_flight_Then_its_end_is_not_counted() => Rig.Simulate(async rig =>
    {
        using var trips = Listen("mink.round_trips", static (_, _) => { });
        var inside = new TaskCompletionSource<ScriptedCall>();
        rig.World.Next(inside.SetResult);
        var sent = rig.Mink.Root.InvokeAsync(5);
        var held = await inside.Task;
        var inFlight = 0L;
        using var late = Listen("mink.invocations.in_flight", (change, _) => inFlight += (long)change);

        held.Complete();
        (await sent).Dispose();
        Assert.Equal(0, inFlight);

        await rig.NextCallWorks();
        Assert.Equal(0, inFlight);
    });

    [Fact]
    public void Given_a_call_that_waited_for_a_slot_When_its_object_serves_one_that_did_not_Then_no_wait_is_reported() => Rig.Simulate(async rig =>
    {
        var waits = 0;
        using var durations = Listen("mink.invocation.duration", (_, phase) => waits += phase is "queue" ? 1 : 0);
        var inside = new TaskCompletionSource<ScriptedCall>();
        rig.World.Next(inside.SetResult);
        var first = rig.Mink.Root.InvokeAsync(5);
        var held = await inside.Task;
        await OneSecond(rig);
        var waited = rig.Mink.Root.InvokeAsync(7);
        await OneSecond(rig);
        held.Complete();
        (await first).Dispose();
        (await waited).Dispose();
        Assert.Equal(1, waits);

        rig.World.Next(call => call.Output(0, 1).Complete());
        using var keepsItsObject = await rig.Mink.Root.InvokeAsync(8, Argument.Out(1));
        await rig.NextCallWorks();

        Assert.Equal(1, waits);
    }, new MinkLimits { Slots = 1 });

    /// <summary>Passes when nothing else is to do.</summary>
    private static Task OneSecond(Rig rig) => Assert.ThrowsAsync<MinkTransportException>(
        async () => await rig.Mink.Root.InvokeAsync(6, new CallOptions { Deadline = TimeSpan.FromSeconds(1) }));

    /// <summary>Hears of one instrument what this thread reports: a simulation's systems run on it, and other tests do not.</summary>
    private static MeterListener Listen(string instrument, Action<double, object?> report)
    {
        var thread = Environment.CurrentManagedThreadId;
        var listener = new MeterListener
        {
            InstrumentPublished = (published, self) =>
            {
                if (published.Name == instrument) self.EnableMeasurementEvents(published);
            },
        };
        void Hear(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Environment.CurrentManagedThreadId == thread) report(value, tags.Length > 0 ? tags[0].Value : null);
        }
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Hear(value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Hear(value, tags));
        listener.Start();
        return listener;
    }
}
