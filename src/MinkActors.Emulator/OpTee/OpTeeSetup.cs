using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>Chooses the emulated OP-TEE, or a guest's way to it, as a driver's other side.</summary>
public static class OpTeeSetup
{
    /// <summary>Runs an emulated OP-TEE in this process, which can interrupt the driver and shares its static area. It keeps no secret from the process.</summary>
    /// <param name="options">Of the driver.</param>
    /// <param name="configure">Names the applications and bounds.</param>
    public static OpTeeOptions UseEmulatedOpTee(this OpTeeOptions options, Action<OpTeeEmulatorOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);
        var emulator = new OpTeeEmulatorOptions();
        configure(emulator);
        if (emulator.StaticArea is { } area) options.UseStaticArea(area);
        return options.UseSecureWorld((context, raise) =>
        {
            if (emulator.HasNotifications) emulator.Interrupt = raise;
            return EmulatedOpTee.Start(context, new SharedPages(context.Memory), emulator);
        });
    }

    /// <summary>Makes the driver a guest's: its memory, its way through the mediator, and its end.</summary>
    /// <param name="options">Of the driver.</param>
    /// <param name="guest">Where it runs.</param>
    public static OpTeeOptions UseGuest(this OpTeeOptions options, OpTeeGuest guest)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(guest);
        options.Lifetime = guest.Destroyed;
        return options.UseMemory(guest.Memory).UseSecureWorld(_ => guest.World);
    }
}
