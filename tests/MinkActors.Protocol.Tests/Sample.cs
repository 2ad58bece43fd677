namespace MinkActors.Protocol.Tests;

/// <summary>Messages for tests that are about one field of them. Everything has a default, so what a test sets matters to it.</summary>
internal static class Sample
{
    public static readonly ObjectId Secure = new(5);
    public static readonly ObjectId Callback = new(0x80000001);

    public static ArgumentCounts Counts(int inputs = 0, int outputs = 0, int inputObjects = 0, int outputObjects = 0)
    {
        Assert.True(ArgumentCounts.TryCreate(inputs, outputs, inputObjects, outputObjects, out var counts, out _));
        return counts;
    }

    /// <summary>A direct request with inputs and outputs of these sizes; inputs hold 1, 2, 3 and so on.</summary>
    public static byte[] Direct(ref ArgumentTable table, int[]? inputs = null, int[]? outputs = null, uint[]? objects = null,
        int outputObjects = 0, uint op = 2, int size = 4096) => Write(new byte[size], Secure.Value, op, ref table, [.. (inputs ?? []).Select(Counting)], outputs ?? [], objects, outputObjects);

    /// <summary>The callback twin of <see cref="Direct"/>.</summary>
    public static byte[] CallbackRequest(ref ArgumentTable table, int[]? inputs = null, int[]? outputs = null, uint[]? objects = null,
        int outputObjects = 0, uint op = 4, int size = 4096) => Write(new byte[size], Callback.Value, op, ref table, [.. (inputs ?? []).Select(Counting)], outputs ?? [], objects, outputObjects);

    /// <summary>A request as the runtime writes it: to an object of the normal side it is a callback.</summary>
    public static byte[] Write(byte[] buffer, uint target, uint op, ref ArgumentTable table, byte[][] inputs, int[] outputs, uint[]? objects = null, int outputObjects = 0)
    {
        RequestFrame.Begin(ref table, Counts(inputs.Length, outputs.Length, objects?.Length ?? 0, outputObjects));
        var position = 0;
        foreach (var input in inputs)
        {
            Assert.True(RequestFrame.TryAddBuffer(ref table, position++, input.Length, buffer.Length, out var offset, out _));
            input.CopyTo(buffer, offset);
        }

        foreach (var capacity in outputs) Assert.True(RequestFrame.TryAddBuffer(ref table, position++, capacity, buffer.Length, out _, out _));
        for (var i = 0; i < (objects?.Length ?? 0); i++) RequestFrame.SetInputObject(ref table, i, new ObjectId(objects![i]));
        var id = new ObjectId(target);
        if (id.IsHostedOnNormalSide) RequestFrame.WriteCallback(buffer, id, new Operation(op), ref table);
        else RequestFrame.WriteDirect(buffer, id, new Operation(op), ref table);
        return buffer;
    }

    public static byte[] Counting(int length) => [.. Enumerable.Range(1, length).Select(value => (byte)value)];
}
