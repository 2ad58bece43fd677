using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Answers a call with its own arguments: whatever is lost, doubled, moved or changed on any way shows at the other end.</summary>
internal static class Mirror
{
    /// <summary>Output buffer i is input buffer i, as much as fits; output object i is input object i.</summary>
    public static ResultCode Answer(IncomingCall call)
    {
        var counts = call.Counts;
        for (var i = 0; i < counts.OutputBuffers; i++)
        {
            if (i >= counts.InputBuffers) continue;    // left alone: zero bytes are the answer
            var input = call.Input(i);
            call.Write(i, input[..Math.Min(input.Length, call.OutputCapacity(i))]);
        }
        for (var i = 0; i < counts.OutputObjects; i++)
        {
            if (i < counts.InputObjects) call.SetOutputObject(i, call.TakeInput(i));
        }
        return ResultCode.Ok;
    }

    /// <summary>Arguments of every kind and size, drawn; objects are lent.</summary>
    /// <param name="world">Draws.</param>
    /// <param name="objects">Lent.</param>
    /// <param name="most">Buffers of each kind.</param>
    /// <param name="bytesMax">Of one buffer. A callback and its answer have one page together.</param>
    public static Argument[] Draw(SimulatedWorld world, IReadOnlyList<Capability?> objects, int most, int bytesMax)
    {
        int[] sizes = [.. ((int[])[0, 1, 7, 8, 9, 63, 256, 1000]).Where(size => size <= bytesMax)];
        var arguments = new List<Argument>();
        var inputs = world.Choose(most + 1);
        for (var i = 0; i < inputs; i++)
        {
            var bytes = new byte[sizes[world.Choose(sizes.Length)]];
            for (var at = 0; at < bytes.Length; at++) bytes[at] = (byte)(1 + at * 13 + i * 101);
            arguments.Add(Argument.In(bytes));
        }
        for (var i = world.Choose(most + 1); i > 0; i--) arguments.Add(Argument.Out(sizes[world.Choose(sizes.Length)]));
        for (var i = 0; i < objects.Count; i++) arguments.Add(Argument.In(objects[i]));
        for (var i = world.Choose(objects.Count + 2); i > 0; i--) arguments.Add(Argument.OutObject);
        return [.. arguments];
    }

    /// <summary>What a mirror must answer. The objects come out and are put; <paramref name="isSame"/> looks at each.</summary>
    public static async Task CheckAsync(SimulatedWorld world, Reply? reply, Argument[] sent, string what, Func<int, Capability, Task> isSame)
    {
        if (reply is not { IsOk: true } answered)
        {
            world.Require(world.MayFail || world.Faults.Fired.Count > 0, $"{what} ended {reply?.Code}");
            return;
        }
        var inputs = sent.Where(argument => argument.Kind == ArgumentKind.InputBuffer).ToArray();
        var outputs = sent.Where(argument => argument.Kind == ArgumentKind.OutputBuffer).ToArray();
        for (var i = 0; i < outputs.Length; i++)
        {
            var wanted = i < inputs.Length ? inputs[i].Bytes : default;
            wanted = wanted[..Math.Min(wanted.Length, outputs[i].Size)];
            world.Require(answered.Output(i).SequenceEqual(wanted), $"{what}: output {i} of {outputs[i].Size} bytes came back with {answered.Output(i).Length}, or with others");
        }
        var lent = sent.Where(argument => argument.Kind == ArgumentKind.InputObject).ToArray();
        for (var i = 0; i < sent.Count(argument => argument.Kind == ArgumentKind.OutputObject); i++)
        {
            using var got = answered.TakeObject(i);
            var wanted = i < lent.Length ? lent[i].Object : null;
            world.Require((got is null) == (wanted is null), $"{what}: object {i} came back as {got?.Name ?? "null"}");
            if (got is not null) await isSame(i, got);
        }
    }
}
