namespace MinkActors.Emulator;

/// <summary>Chooses the emulator as a system's other side.</summary>
public static class EmulatorSetup
{
    /// <summary>Runs an emulated secure world in this process. It keeps no secret from it: it is for development and tests.</summary>
    /// <param name="options">Of the system.</param>
    /// <param name="configure">Names the applications and bounds; the built-in applications are there without it.</param>
    public static MinkOptions UseEmulator(this MinkOptions options, Action<EmulatorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var emulator = new EmulatorOptions();
        configure?.Invoke(emulator);
        emulator.Check();
        return options.UseSecureWorld(context => EmulatedSecureWorld.Start(context, emulator));
    }
}
