namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Bugs of the codec, which both worlds use: where both are wrong alike, only the observer's own reading tells.</summary>
internal static class ProtocolMutations
{
    private const string Async = "MinkActors.Protocol/Async/AsyncReleaseReader.cs";
    private const string Reply = "MinkActors.Protocol/Messages/ReplyReader.cs";
    private const string Frame = "MinkActors.Protocol/Messages/RequestFrame.cs";
    private const string Reader = "MinkActors.Protocol/Messages/RequestReader.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("a count that lies is believed", Async, "if (count > (uint)room)", "if (count > 9000)"),
        new("a message of another major version is read", Async, "version >> 16 != AsyncArea.KnownMajor", "version >> 16 == 0x7FFF"),
        new("an unknown async operation is read", Async, "if (operation != AsyncArea.ReleaseOperation)", "if (operation == 0)"),
        new("a reply may grow", Reply, "if ((uint)raw != (uint)wanted || raw > wanted)", "if ((uint)raw != (uint)wanted)"),
        new("a reply may move its outputs", Reply, "if ((uint)raw != (uint)wanted || raw > wanted)", "if (raw >> 32 > wanted >> 32)"),
        new("a buffer is not aligned", Frame, "var end = offset + MessageLayout.Align8((uint)size);", "var end = (long)offset + (uint)size;"),
        new("a message keeps the entries of another", Frame, "for (var i = 0; i < total; i++)", "for (var i = 0; i < total && table.Entry(i) != 0; i++)"),
        new("a request may overlap its header", Reader, "if ((uint)raw != running || size > buffer.Length - running)", "if (size > buffer.Length - running)"),
        new("root is an object like others", "MinkActors.Protocol/Ids/ObjectId.cs", "Value - 2 < NormalSideBit - 2", "Value - 1 < NormalSideBit - 1"),
        new("modifiers reach the object", "MinkActors.Protocol/Ids/Operation.cs", "public Operation Masked => new(Word & MethodMask);", "public Operation Masked => new(Word);"),
        new("no memory is BUSY", "MinkActors.Protocol/Results/ErrnoMapping.cs", "-5 => Errno.ENOMEM,", "-5 => Errno.EBUSY,"),
        new("a full table is UNAVAIL", "MinkActors.Protocol/Results/ErrnoMapping.cs", "-(int)Errno.ENOSPC or -(int)Errno.EBUSY => ResultCode.Busy,", "-(int)Errno.EBUSY => ResultCode.Busy,"),
        new("a refused structure keeps its bytes", "MinkActors.Protocol/Messages/CallbackMessage.cs", "public static void WriteStructuralRefusal(Span<byte> buffer)\n    {", "public static void WriteStructuralRefusal(Span<byte> buffer)\n    {\n        if (buffer.Length > 0) { WriteResult(buffer, ResultCode.Unavailable); return; }"),
    ];
}
