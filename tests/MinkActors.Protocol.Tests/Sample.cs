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
        int outputObjects = 0, uint op = 2, int size = 4096)
    {
        var buffer = new byte[size];
        var counts = Counts(inputs?.Length ?? 0, outputs?.Length ?? 0, objects?.Length ?? 0, outputObjects);
        Assert.True(DirectRequestWriter.TryBegin(buffer, Secure, new Operation(op), counts, ref table, out var writer, out _));
        foreach (var length in inputs ?? []) Assert.True(writer.TryAddInput(Counting(length), out _));
        foreach (var capacity in outputs ?? []) Assert.True(writer.TryAddOutput(capacity, out _));
        for (var i = 0; i < counts.InputObjects; i++) writer.SetInputObject(i, new ObjectId(objects![i]));
        Assert.True(writer.IsComplete);
        return buffer;
    }

    /// <summary>The callback twin of <see cref="Direct"/>.</summary>
    public static byte[] CallbackRequest(ref ArgumentTable table, int[]? inputs = null, int[]? outputs = null, uint[]? objects = null,
        int outputObjects = 0, uint op = 4, int size = 4096)
    {
        var buffer = new byte[size];
        var counts = Counts(inputs?.Length ?? 0, outputs?.Length ?? 0, objects?.Length ?? 0, outputObjects);
        Assert.True(CallbackRequestWriter.TryBegin(buffer, Callback, new Operation(op), counts, ref table, out var writer, out _));
        foreach (var length in inputs ?? []) Assert.True(writer.TryAddInput(Counting(length), out _));
        foreach (var capacity in outputs ?? []) Assert.True(writer.TryAddOutput(capacity, out _));
        for (var i = 0; i < counts.InputObjects; i++) writer.SetInputObject(i, new ObjectId(objects![i]));
        Assert.True(writer.IsComplete);
        return buffer;
    }

    public static byte[] Counting(int length) => [.. Enumerable.Range(1, length).Select(value => (byte)value)];
}
