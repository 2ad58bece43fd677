using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>The paths through a system, each as a loop over one operation. What is measured here, BenchmarkDotNet measures too.</summary>
internal static class Paths
{
    public static async ValueTask Null(Capability target, int count)
    {
        for (var i = 0; i < count; i++) (await target.Call(BenchApp.Null, Counts.None).SendAsync()).Dispose();
    }

    /// <summary>Starts as many calls as <paramref name="window"/> holds, then awaits them, and again.</summary>
    public static async ValueTask Outstanding(Capability target, int count, ValueTask<Reply>[] window)
    {
        for (var done = 0; done < count; done += window.Length)
        {
            for (var i = 0; i < window.Length; i++) window[i] = target.Call(BenchApp.Null, Counts.None).SendAsync();
            for (var i = 0; i < window.Length; i++) (await window[i]).Dispose();
        }
    }

    public static async ValueTask Echo(Capability target, int count, byte[] input, byte[] output)
    {
        for (var i = 0; i < count; i++)
        {
            using var reply = await target.Call(BenchApp.Echo, Counts.BufferInAndOut).In(input).Out(output.Length).SendAsync();
            reply.Output(0).CopyTo(output);
        }
    }

    /// <summary>The secure object calls the object it keeps (<see cref="KeepOne"/>) before it answers.</summary>
    public static async ValueTask CallBack(Capability target, int count)
    {
        for (var i = 0; i < count; i++) (await target.Call(BenchApp.CallBack, Counts.None).SendAsync()).EnsureOk().Dispose();
    }

    /// <summary>Hands an object over under a new id; the secure object lets it go, and its release rides back on the answer.</summary>
    public static async ValueTask HandOver(Capability target, int count, Capability handedOver)
    {
        for (var i = 0; i < count; i++)
            (await target.Call(BenchApp.Take, Counts.ObjectIn).In(handedOver).SendAsync()).Dispose();
    }

    /// <summary>The whole life of objects: made, exported as many at a time as a call carries, released by the other side, ended.</summary>
    public static async ValueTask ExportAndRelease(BenchWorld world, int count, IMinkObject implementation)
    {
        var made = new Capability[Counts.Handful];
        for (var done = 0; done < count; done += made.Length)
        {
            var call = world.Target.Call(BenchApp.Take, Counts.HandfulIn);
            for (var i = 0; i < made.Length; i++) call.In(made[i] = world.Mink.Export(implementation));
            (await call.SendAsync()).EnsureOk().Dispose();
            foreach (var one in made) one.Dispose();
        }
    }

    /// <summary>As <see cref="ExportAndRelease"/>, a call for each object.</summary>
    public static async ValueTask ExportAndReleaseOne(BenchWorld world, int count, IMinkObject implementation)
    {
        for (var i = 0; i < count; i++)
        {
            using var made = world.Mink.Export(implementation);
            (await world.Target.Call(BenchApp.Take, Counts.ObjectIn).In(made).SendAsync()).Dispose();
        }
    }

    public static async Task KeepOne(BenchWorld world, IMinkObject implementation)
    {
        using var made = world.Mink.Export(implementation);
        (await world.Target.Call(BenchApp.KeepOne, Counts.ObjectIn).In(made).SendAsync()).EnsureOk().Dispose();
    }

    /// <summary>Makes objects that live on because the secure world keeps them.</summary>
    public static async Task KeepMany(BenchWorld world, int count, IMinkObject implementation)
    {
        for (var i = 0; i < count; i++)
        {
            using var made = world.Mink.Export(implementation);
            (await world.Target.Call(BenchApp.Keep, Counts.ObjectIn).In(made).SendAsync()).EnsureOk().Dispose();
        }
    }
}
