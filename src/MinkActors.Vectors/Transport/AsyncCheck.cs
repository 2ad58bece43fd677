using MinkActors.Protocol;

namespace MinkActors.Vectors.Transport;

/// <summary>The asynchronous part of a vector, both ways.</summary>
internal static class AsyncCheck
{
    /// <summary>The whole buffer of a completed invocation.</summary>
    public static void Encode(GoldenInputs inputs, ReadOnlySpan<byte> vector)
    {
        var buffer = new byte[vector.Length];
        Write(inputs, buffer, 0);
        FieldNames.UnlessSame("encode", buffer, vector, FieldNames.InArea);
    }

    /// <summary>Writes the messages of a vector into the area that starts at <paramref name="start"/>.</summary>
    public static void Write(GoldenInputs inputs, Span<byte> buffer, int start)
    {
        if (inputs.AsyncOffset is { } stated) VectorMismatchException.UnlessEqual("encode: async_offset", $"{start}", $"{stated}");
        var writer = new AsyncReleaseWriter(buffer[start..]);
        foreach (var message in inputs.Async)
        {
            if (message.Operation != AsyncArea.ReleaseOperation)
                throw new VectorFormatException($"async op 0x{message.Operation:X8} cannot be encoded; the protocol has release only");
            VectorMismatchException.Unless(writer.TryWrite(message.Ids, message.Version),
                $"encode: release of {message.Ids.Length} ids does not fit {buffer.Length - start - writer.Written} bytes");
        }
    }

    public static void Decode(GoldenInputs inputs, ReadOnlySpan<byte> buffer, int start)
    {
        var reader = new AsyncReleaseReader(buffer[start..]);
        var index = 0;
        while (reader.TryNext(out var message))
        {
            VectorMismatchException.Unless(index < inputs.Async.Count, $"decode: async[{index}] is there, the vector says {inputs.Async.Count} messages");
            var expected = inputs.Async[index];
            VectorMismatchException.UnlessEqual($"decode: async[{index}].version", $"0x{message.Version:X8}", $"0x{expected.Version:X8}");
            VectorMismatchException.UnlessEqual($"decode: async[{index}].ids", Text(message), string.Join(' ', expected.Ids.Select(id => $"0x{id:X8}")));
            index++;
        }

        VectorMismatchException.Unless(reader.Fault.IsNone, $"decode: {reader.Fault}");
        VectorMismatchException.UnlessEqual("decode: async messages", $"{index}", $"{inputs.Async.Count}");
    }

    private static string Text(AsyncRelease message)
    {
        var ids = new string[message.Count];
        for (var i = 0; i < ids.Length; i++) ids[i] = $"0x{message[i]:X8}";
        return string.Join(' ', ids);
    }
}
