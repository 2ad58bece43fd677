using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Plain calls, and calls that call back.</summary>
internal static class CallScenarios
{
    public static Scenario FirstCall { get; } = new("first-call", "Clients call, get objects, call those, and let them go", async world =>
    {
        var clients = 1 + world.Choose(3);
        for (var i = 0; i < clients; i++)
        {
            var number = (uint)i;
            _ = world.StartClient($"client-{i}", () => FirstCallsAsync(world, number * 1000));
        }
        await FirstCallsAsync(world, 100_000);
    });

    public static Scenario NestedCallbacks { get; } = new("nested-callbacks", "Callbacks that call into the secure world again, up to the limit and beyond", async world =>
    {
        for (var i = 0; i < 2; i++)
        {
            var seed = (uint)i * 100;
            _ = world.StartClient($"nester-{i}", () => NestAsync(world, seed));
        }
        await NestAsync(world, 1000);
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 3, ChainDepth = 3 }, SecureThreads = 4 },
    };

    private static async Task FirstCallsAsync(SimulatedWorld world, uint seed)
    {
        for (var round = 0u; round < 3; round++)
        {
            if (world.Faults.Pass(FaultPoint.Client) is not null) return;
            await AddAsync(world, seed, round);
            await EchoAsync(world, seed + round);
            await OpenAsync(world, seed + round);
            await FailAsync(world, (int)(1 + (seed + round) % 97));
        }
    }

    private static async Task AddAsync(SimulatedWorld world, uint a, uint b)
    {
        using var sum = await world.CallAsync(world.App, TestApp.Add, Argument.In(a, b), Argument.Out<uint>());
        if (sum is { IsOk: true } answered) world.Require(answered.Read<uint>() == a + b, $"{a} + {b} is not {answered.Read<uint>()}");
    }

    /// <summary>Sizes around what matters: empty, odd, a page, more than a page. The smaller of both ends decides.</summary>
    private static async Task EchoAsync(SimulatedWorld world, uint seed)
    {
        int[] sizes = [0, 1, 7, 8, 100, 4000, 4096, 9000];
        var sent = new byte[sizes[seed % 8]];
        for (var i = 0; i < sent.Length; i++) sent[i] = (byte)(seed + i * 7 + 1);
        var capacity = sizes[seed / 3 % 8];
        using var echo = await world.CallAsync(world.App, TestApp.Echo, Argument.In(sent), Argument.In(new byte[] { 1, 2, 3 }), Argument.Out(capacity), Argument.Out(2));
        if (echo is not { IsOk: true } answered) return;
        world.Require(answered.Output(0).SequenceEqual(sent.AsSpan(0, Math.Min(capacity, sent.Length))), $"An echo of {sent.Length} bytes into {capacity} came back with {answered.Output(0).Length}, or with others");
        world.Require(answered.Output(1).SequenceEqual((ReadOnlySpan<byte>)[1, 2]), "The second output is not the second input's start");
    }

    private static async Task OpenAsync(SimulatedWorld world, uint badge)
    {
        using var opened = await world.CallAsync(world.App, TestApp.OpenMany, Argument.In(badge), Argument.OutObject, Argument.OutObject, Argument.OutObject);
        if (opened is not { IsOk: true } answered) return;
        // One is left in the reply on purpose: its disposal gives it up.
        using var first = answered.TakeObject(0)!;
        using var second = answered.TakeObject(2)!;
        await ReadAsync(world, first, badge);
        using var copy = second.Retain();
        second.Dispose();
        await ReadAsync(world, copy, badge + 2);
        using var read = await world.CallAsync(world.App, TestApp.ReadBadge, Argument.In(copy), Argument.Out<uint>());
        if (read is { IsOk: true } number) world.Require(number.Read<uint>() == badge + 2, $"The application read badge {number.Read<uint>()} of object {badge + 2}");
    }

    public static async Task ReadAsync(SimulatedWorld world, Capability target, uint badge)
    {
        using var read = await world.CallAsync(target, ProbeObject.Add, Argument.In(5u), Argument.Out<uint>());
        if (read is not { } answered) return;
        world.Require(answered.IsOk || world.Faults.Fired.Count > 0 || world.MayFail, $"Object {badge} answered {answered.Code}");
        if (answered.IsOk) world.Require(answered.Read<uint>() == badge + 5, $"Object {badge} answered {answered.Read<uint>()}");
    }

    /// <summary>An object's own code comes through as it is, and without outputs.</summary>
    private static async Task FailAsync(SimulatedWorld world, int code)
    {
        using var failed = await world.CallAsync(world.App, TestApp.FailWith, Argument.In(code), Argument.Out(1), Argument.OutObject);
        if (failed is not { } answered || world.Faults.Fired.Count > 0) return;
        world.Require(answered.Code == (ResultCode)code, $"Code {code} came back as {answered.Code}");
    }

    private static async Task NestAsync(SimulatedWorld world, uint seed)
    {
        Capability? self = null;
        var deepest = 0;
        var probe = new ProbeObject(world, seed)
        {
            Handler = async call =>
            {
                if (call.Operation.Method != ProbeObject.Nest) return ResultCode.Invalid;
                var depth = call.Read<int>(0);
                deepest = Math.Max(deepest, depth);
                using var again = await world.CallAsync(world.App, TestApp.NestInto, Argument.In(depth + 1), Argument.In(self));
                using var plain = await world.CallAsync(world.App, TestApp.Add, Argument.In(1u, 2u), Argument.Out<uint>());
                return ResultCode.Ok;
            },
            WasExported = true,
        };
        world.MayFail = true;    // the innermost call is one too deep
        self = world.ExportWithFaults(probe);
        using (self)
        {
            using var outer = await world.CallAsync(world.App, TestApp.NestInto, Argument.In(1), Argument.In(self));
            if (world.Faults.Fired.Count == 0) world.Require(outer is { IsOk: true } && deepest == 3, $"Calls nested {deepest} deep, and the outermost ended {outer?.Code}");
            for (var i = 0; i < 2; i++)
            {
                using var sum = await world.CallAsync(world.App, TestApp.CallGiven, Argument.In(3, seed), Argument.Out<uint>(), Argument.In(self));
                if (sum is { IsOk: true } answered) world.Require(answered.Read<uint>() == seed * 4, $"Three callbacks that add {seed} made {answered.Read<uint>()} of it");
                else world.Require(world.Faults.Fired.Count > 0, $"A call with callbacks ended {sum?.Code}");
            }
            int[] capacities = [0, 2, 64, 1000];
            foreach (var capacity in capacities)
            {
                using var half = await world.CallAsync(world.App, TestApp.CallRaw, Argument.In(ProbeObject.Half), Argument.In(new byte[8]), Argument.Out(capacity), Argument.In(self));
                if (half is { IsOk: true } answered) world.Require(answered.Output(0).Length == capacity / 2 && !answered.Output(0).ContainsAnyExcept((byte)seed), $"Half of {capacity} bytes came back as {answered.Output(0).Length}, or with others");
            }
            foreach (var code in (int[])[1, 10, 77, int.MaxValue])
            {
                using var failed = await world.CallAsync(world.App, TestApp.CallRaw, Argument.In(ProbeObject.Fail), Argument.In(BitConverter.GetBytes(code)), Argument.Out(0), Argument.In(self));
                if (failed is { } answered && world.Faults.Fired.Count == 0) world.Require(answered.Code == (ResultCode)code, $"A callback's code {code} came back as {answered.Code}");
            }
        }
    }
}
