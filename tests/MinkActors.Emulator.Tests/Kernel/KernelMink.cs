using MinkActors.Actors;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>Both worlds in one process; the secure one is a kernel and its root object.</summary>
internal static class KernelMink
{
    /// <param name="actors">Of both.</param>
    /// <param name="root">The object behind id 1.</param>
    /// <param name="wrap">How the secure world is entered; as it is when null.</param>
    public static ValueTask<MinkSystem> StartAsync(ActorSystem actors, IMinkObject root, Func<EmulatedSecureWorld, ISecureWorld>? wrap = null) =>
        MinkSystem.StartAsync(o => o.UseActors(actors).UseSecureWorld(context =>
        {
            var world = EmulatedSecureWorld.StartKernel(context, new EmulatorOptions(), root);
            return wrap?.Invoke(world) ?? world;
        }));
}
