using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MinkActors.Protocol.OpTee;

/// <summary>The attributes of a message as they were checked, kept so that nobody can change them during the call.</summary>
[InlineArray(OpTeeMessage.ParametersMax)]
public struct OpTeeCheckedAttributes
{
    private OpTeeAttribute _first;
}

/// <summary>
/// What a mediator writes into a guest's message when a call is over (spec 09, M27): result, origin, session, and of each
/// parameter only what its attribute, as checked before the call, calls an output. Inputs, addresses, attributes and the
/// count stay the guest's.
/// </summary>
public static class OpTeeWriteBack
{
    /// <summary>Copies result, origin and session.</summary>
    /// <param name="from">The shadow: at least 32 bytes.</param>
    /// <param name="to">The guest's page: at least 32 bytes.</param>
    public static void Header(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from.Slice(8, 4).CopyTo(to[8..]);
        from.Slice(20, 8).CopyTo(to[20..]);
    }

    /// <summary>Copies the outputs of one parameter.</summary>
    /// <param name="from">The shadow's 32 bytes.</param>
    /// <param name="to">The guest's 32 bytes.</param>
    /// <param name="attribute">The checked attribute; the one in <paramref name="from"/> is not trusted.</param>
    public static void Parameter(ReadOnlySpan<byte> from, Span<byte> to, OpTeeAttribute attribute)
    {
        if (!attribute.IsOutput)
        {
            return;
        }
        if (attribute.IsValue)
        {
            from.Slice(8, 24).CopyTo(to[8..]);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to[16..], BinaryPrimitives.ReadUInt64LittleEndian(from[16..]));
        }
    }

    /// <summary>Copies header and parameters.</summary>
    /// <param name="from">The shadow page.</param>
    /// <param name="to">The guest's page.</param>
    /// <param name="attributes">The checked attributes, one per checked parameter; its length bounds the loop.</param>
    public static void Message(ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<OpTeeAttribute> attributes)
    {
        Header(from, to);
        for (var i = 0; i < attributes.Length; i++)
        {
            var at = OpTeeMessage.ParameterOffset(i);
            Parameter(from.Slice(at, OpTeeParameter.Size), to.Slice(at, OpTeeParameter.Size), attributes[i]);
        }
    }
}
