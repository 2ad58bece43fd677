using System.Buffers.Binary;

namespace MinkActors.Protocol.Qseecom;

/// <summary>
/// The memory block that carries arguments 3..9 of a call with more than four (spec 08 section 3). The caller owns it and
/// may free it only after the last round-trip of the call, because an interrupted call is repeated with the same x5.
/// </summary>
public static class ScmExtensionBlock
{
    /// <summary>Arguments that fit the registers x2..x5.</summary>
    public const int RegisterArguments = 4;

    /// <summary>The first argument that moves into the block when there are more than four.</summary>
    public const int FirstArgument = 3;

    /// <summary>Entries of a block; unused ones are zero.</summary>
    public const int Entries = 7;

    /// <summary>Bytes of a block: 56 with 64-bit registers, 28 with 32-bit ones.</summary>
    public static int SizeOf(ScmConvention convention) => Entries * EntrySize(convention);

    /// <summary>Writes arguments 3.. of <paramref name="arguments"/> (all arguments of the call) and zeroes the rest.</summary>
    /// <remarks>Refused: room too small; fewer than 5 or more than 10 arguments; an argument above 32 bits in SMC32.</remarks>
    public static bool TryWrite(Span<byte> block, ScmConvention convention, ReadOnlySpan<ulong> arguments, out QseecomRefusal refusal)
    {
        refusal = Check(block.Length, convention, arguments.Length);
        if (!refusal.IsNone)
        {
            return false;
        }
        var tail = arguments[FirstArgument..];
        for (var i = 0; i < tail.Length; i++)
        {
            if (convention == ScmConvention.Smc32 && tail[i] > uint.MaxValue)
            {
                refusal = new(QseecomField.Argument, FirstArgument + i, (long)tail[i], uint.MaxValue);
                return false;
            }
        }
        for (var i = 0; i < Entries; i++)
        {
            var value = i < tail.Length ? tail[i] : 0;
            if (convention == ScmConvention.Smc64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(block[(8 * i)..], value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], (uint)value);
            }
        }
        return true;
    }

    /// <summary>Reads arguments 3.. into the tail of <paramref name="arguments"/>, whose length is the call's argument count.
    /// Entries behind the last argument are not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, ScmConvention convention, Span<ulong> arguments, out QseecomRefusal refusal)
    {
        refusal = Check(block.Length, convention, arguments.Length);
        if (!refusal.IsNone)
        {
            return false;
        }
        for (var i = FirstArgument; i < arguments.Length; i++)
        {
            var at = (i - FirstArgument) * EntrySize(convention);
            arguments[i] = convention == ScmConvention.Smc64
                ? BinaryPrimitives.ReadUInt64LittleEndian(block[at..])
                : BinaryPrimitives.ReadUInt32LittleEndian(block[at..]);
        }
        return true;
    }

    private static int EntrySize(ScmConvention convention) => convention == ScmConvention.Smc64 ? 8 : 4;

    private static QseecomRefusal Check(int size, ScmConvention convention, int arguments)
    {
        if (size < SizeOf(convention))
        {
            return new(QseecomField.Image, 0, size, SizeOf(convention));
        }
        if (arguments <= RegisterArguments)
        {
            return new(QseecomField.ArgumentInfo, 0, arguments, RegisterArguments + 1);
        }
        return arguments > ScmArgumentInfo.ArgumentsMax
            ? new(QseecomField.ArgumentInfo, 0, arguments, ScmArgumentInfo.ArgumentsMax)
            : default;
    }
}
