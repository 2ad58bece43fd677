using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>
/// The four mediator images tell one story: the guest's message, the shadow sent, the shadow that came back, the guest's message
/// afterwards. Where a file has the earlier ones, the later are computed from them.
/// </summary>
internal static class MediatorStory
{
    private const string Before = "mediator-guest-arg-before";
    private const string Returned = "mediator-shadow-arg-returned";

    public static string? Judge(VectorCase vector) => vector.Name switch
    {
        "mediator-shadow-arg-sent" when vector.File.Find(Before) is { } before => Sent(vector, before.Image),
        "mediator-guest-arg-after" when vector.File.Find(Before) is { } before && vector.File.Find(Returned) is { } returned =>
            After(vector, before.Image, returned.Image),
        _ => null,
    };

    private static string? Sent(VectorCase vector, byte[] guest)
    {
        var shadow = (byte[])guest.Clone();
        if (!OpTeeMessage.TryRead(shadow, out var header, out var refusal))
        {
            return refusal.ToString();
        }
        for (var i = 0; i < header.Parameters; i++)
        {
            var parameter = OpTeeMessage.ReadParameter(shadow, i);
            if (parameter.Attribute is { IsTemporary: true, IsNonContiguous: true })
            {
                OpTeeMessage.WriteParameter(shadow, i, parameter with { A = vector.Input("translated_list") | (uint)parameter.PageOffset });
            }
        }
        return vector.Same(shadow);
    }

    private static string? After(VectorCase vector, byte[] before, byte[] returned)
    {
        var guest = (byte[])before.Clone();
        if (!OpTeeMessage.TryRead(guest, out var header, out var refusal) || returned.Length < guest.Length)
        {
            return refusal.IsNone ? "the returned shadow is shorter than the guest's message" : refusal.ToString();
        }
        var attributes = new OpTeeAttribute[header.Parameters];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = OpTeeMessage.ReadParameter(guest, i).Attribute;
        }
        OpTeeWriteBack.Message(returned, guest, attributes);
        return vector.Same(guest);
    }
}
