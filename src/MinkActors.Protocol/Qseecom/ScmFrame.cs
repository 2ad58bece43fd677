namespace MinkActors.Protocol.Qseecom;

/// <summary>Packs a call and its arguments into registers, and back (spec 08 section 3).</summary>
public static class ScmFrame
{
    /// <summary>Builds the registers of one call.</summary>
    /// <param name="call">The function and its argument word.</param>
    /// <param name="convention">Width of the registers; arguments above it are refused.</param>
    /// <param name="arguments">All arguments, as many as the word counts.</param>
    /// <param name="extensionBlock">Physical address of the block written by <see cref="ScmExtensionBlock"/>; used only when
    /// there are more than four arguments.</param>
    /// <param name="registers">x0..x7; x6 and x7 are zero.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryBuild(in QseecomCall call, ScmConvention convention, ReadOnlySpan<ulong> arguments,
        ulong extensionBlock, out ScmRegisters registers, out QseecomRefusal refusal)
    {
        registers = default;
        if (arguments.Length != call.Arguments.Count)
        {
            refusal = new(QseecomField.ArgumentInfo, 0, arguments.Length, call.Arguments.Count);
            return false;
        }
        var most = convention == ScmConvention.Smc64 ? ulong.MaxValue : uint.MaxValue;
        var inRegisters = call.Arguments.NeedsExtensionBlock ? ScmExtensionBlock.FirstArgument : arguments.Length;
        for (var i = 0; i < inRegisters; i++)
        {
            if (arguments[i] > most)
            {
                refusal = new(QseecomField.Argument, i, (long)arguments[i], (long)most);
                return false;
            }
            registers[2 + i] = arguments[i];
        }
        if (call.Arguments.NeedsExtensionBlock)
        {
            registers[5] = extensionBlock;
        }
        registers[0] = call.Id.In(convention).Value;
        registers[1] = call.Arguments.Word;
        refusal = default;
        return true;
    }

    /// <summary>The registers that repeat a call after an interrupted return: x0 becomes 1, x6 what came back (spec 08 section 4).</summary>
    public static ScmRegisters AfterInterrupt(in ScmRegisters call, in ScmRegisters returned)
    {
        var again = call;
        again[0] = (ulong)ScmStatus.Interrupted;
        again[6] = returned[6];
        return again;
    }

    /// <summary>
    /// The secure side's look at a call: finds its row, compares the argument word, and gives the arguments that are in
    /// registers. The arguments of an extension block are left 0 for the caller, who has to check the block's address
    /// before reading it with <see cref="ScmExtensionBlock.TryRead"/>.
    /// </summary>
    /// <param name="registers">A snapshot of x0..x7.</param>
    /// <param name="arguments">At least ten entries; all are written.</param>
    /// <param name="call">The row found.</param>
    /// <param name="extensionBlock">Address of the block, or 0 when the call has none.</param>
    /// <param name="status">The status to answer with when this returns false: -4 unknown function, -2 wrong argument word.</param>
    public static bool TryRead(in ScmRegisters registers, Span<ulong> arguments, out QseecomCall call,
        out ulong extensionBlock, out ScmStatus status)
    {
        extensionBlock = 0;
        status = ScmStatus.NotSupported;
        arguments[..ScmArgumentInfo.ArgumentsMax].Clear();
        if (registers[0] > uint.MaxValue || !QseecomCall.TryFind(new((uint)registers[0]), out call))
        {
            call = default;
            return false;
        }
        status = ScmStatus.BadArgument;
        if (registers[1] != call.Arguments.Word)
        {
            return false;
        }
        var count = call.Arguments.NeedsExtensionBlock ? ScmExtensionBlock.FirstArgument : call.Arguments.Count;
        for (var i = 0; i < count; i++)
        {
            arguments[i] = registers[2 + i];
        }
        if (call.Arguments.NeedsExtensionBlock)
        {
            extensionBlock = registers[5];
        }
        status = ScmStatus.Answered;
        return true;
    }
}
