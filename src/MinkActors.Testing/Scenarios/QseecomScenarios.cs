using MinkActors.Emulator.Qsee;
using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Testing;

/// <summary>QSEECOM: applications that need listeners, and the UEFI variables.</summary>
internal static class QseecomScenarios
{
    private const uint FirstListener = 0x2000;
    private const EfiAttributes Kept = EfiAttributes.NonVolatile | EfiAttributes.BootService;

    public static Scenario Listeners { get; } = new("qseecom-listeners", "Applications of QSEE share listeners; callers give up, listeners leave and come back", async world =>
    {
        var phase = world.Choose(4);
        if (await SimulatedQsee.StartAsync(world, phase, AskingApps) is not { } qsee) return;
        var clients = Enumerable.Range(0, 3).Select(i => world.StartClient($"sender-{i}", () => SendAsync(world, qsee, i))).ToArray();
        for (var round = 0; round < 2; round++)
        {
            ListenerRegistration? first = null, second = null;
            await qsee.TryAsync(async () => first = await qsee.System.RegisterListenerAsync(FirstListener, 4096, new Sum(world)));
            await qsee.TryAsync(async () => second = await qsee.System.RegisterListenerAsync(FirstListener + 1, 4096, new Sum(world)));
            await world.DelayAsync(TimeSpan.FromMilliseconds(world.Choose(60)));
            if (first is not null) await qsee.TryAsync(first.UnregisterAsync);
            if (second is not null) await qsee.TryAsync(second.UnregisterAsync);
        }
        await Task.WhenAll(clients);
        await qsee.SettleAsync();
    });

    public static Scenario Variables { get; } = new("qseecom-uefi", "UEFI variables are set, read and deleted by several at once while QSEE needs a listener for each set", async world =>
    {
        if (await SimulatedQsee.StartAsync(world, world.Choose(4), options => options.LoadUefi(made: app => app.AsksListener = true)) is not { } qsee) return;
        ListenerRegistration? listener = null;
        await qsee.TryAsync(async () => listener = await qsee.System.RegisterListenerAsync(UefiSecureApp.ListenerId, 4096, new Sum(world)));
        var clients = Enumerable.Range(0, 3).Select(i => world.StartClient($"setter-{i}", () => SetAsync(world, qsee, $"V{i}", listener is not null))).ToArray();
        await Task.WhenAll(clients);
        await qsee.SettleAsync();
    });

    private static void AskingApps(QseeOptions options)
    {
        for (var i = 0; i < 3; i++)
        {
            var start = i;
            options.Load($"asker-{i}", () => new Asker(start));
        }
    }

    /// <summary>Each call sums up what the listeners say; some callers do not wait that long.</summary>
    private static async Task SendAsync(SimulatedWorld world, SimulatedQsee qsee, int number)
    {
        QseecomApp? app = null;
        await qsee.TryAsync(async () => app = await qsee.System.FindAppAsync($"asker-{number}"), QseecomErrno.ETIMEDOUT);
        for (var i = 0; i < 4 && app is not null; i++)
        {
            if (world.Faults.Pass(FaultPoint.Client) is not null) return;
            var isHasty = world.Choose(4) == 0;
            var response = new byte[4];
            var options = new CallOptions { Deadline = isHasty ? TimeSpan.FromMilliseconds(world.Choose(20)) : null };
            var asks = (byte)world.Choose(4);
            var sent = await qsee.TryAsync(() => app.SendAsync(new[] { asks }, response, options), QseecomErrno.ENODEV, QseecomErrno.ETIMEDOUT);
            if (sent) world.Require(response[0] == asks && response[1] <= asks, $"An application that asked {asks} times says {response[0]}, {response[1]} answered");
            else world.Require(response[0] == 0, "A call that failed wrote its response");
            await world.YieldAsync();
        }
    }

    private static async Task SetAsync(SimulatedWorld world, SimulatedQsee qsee, string name, bool hasListener)
    {
        var vendor = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        byte[]? known = null;
        for (var i = 0; i < 4; i++)
        {
            var data = Enumerable.Repeat((byte)(i + 1), 1 + world.Choose(6)).ToArray();
            var status = EfiStatus.Success;
            await qsee.TryAsync(async () => status = await qsee.System.Variables.SetAsync(name, vendor, Kept, (uint)data.Length, data));
            if (status == EfiStatus.Success) known = data;
            else world.Require(!hasListener || world.Faults.Fired.Count > 0, $"A set ended {status}");
            var got = new byte[16];
            var read = await qsee.System.Variables.GetAsync(name, vendor, 16, got);
            // With faults a set that seemed to fail may have happened; whole, or not at all.
            if (read.Status == EfiStatus.Success && world.Faults.Fired.Count == 0) world.Require(known is not null && got.AsSpan(0, (int)read.Size).SequenceEqual(known), $"{name} is not what was set");
            if (read.Status == EfiStatus.Success) world.Require(got.AsSpan(0, (int)read.Size).IndexOfAnyExcept(got[0]) < 0, $"{name} is made of two sets");
        }
    }

    /// <summary>Asks as often as the request says, the listeners in turn; says how often it asked and how often it was answered.</summary>
    private sealed class Asker(int start) : QseeApp
    {
        public override async ValueTask HandleAsync(QseeAppCall call)
        {
            var asks = call.Request.Span[0];
            byte answered = 0;
            for (var i = 0; i < asks; i++)
            {
                if ((await call.AskListenerAsync((uint)(FirstListener + (start + i) % 2), [1])).IsOk) answered++;
            }
            call.Respond([asks, answered]);
        }
    }

    /// <summary>Takes its time, and is alone in its buffer.</summary>
    private sealed class Sum(SimulatedWorld world) : IQseecomListener
    {
        private int _atOnce;

        public async ValueTask HandleAsync(ListenerRequest request, CancellationToken cancellationToken)
        {
            world.Require(++_atOnce == 1, "A listener serves two requests at once");
            try
            {
                request.Write(8, [(byte)1]);
                await Task.Delay(TimeSpan.FromMilliseconds(world.Choose(10)), world.Actors.Time, cancellationToken);
                var mark = new byte[1];
                request.Read(8, mark);
                world.Require(mark[0] == 1, "Another touched a listener's buffer while it worked");
            }
            finally
            {
                _atOnce--;
            }
        }
    }
}
