using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Qsee;

/// <summary>What the emulated QSEE offers, and the listeners it may ask for, for people and tools.</summary>
public static class QseeCatalog
{
    /// <summary>Applications first, then listeners.</summary>
    public static IReadOnlyList<ServiceDescription> All { get; } =
    [
        new(null, UefiSecureApp.Name, "uefisecapp",
        [
            new((ushort)UefiCommand.GetVariable, "getVariable"),
            new((ushort)UefiCommand.SetVariable, "setVariable"),
            new((ushort)UefiCommand.GetNextVariable, "getNextVariableName"),
            new((ushort)UefiCommand.QueryVariableInfo, "queryVariableInfo"),
        ]) { System = "qseecom" },
        new(UefiSecureApp.ListenerId, "a listener of the normal world", "RPMB", []) { System = "qseecom" },
        new(0x3000, "a listener of the normal world", "SSD", []) { System = "qseecom" },
    ];
}
