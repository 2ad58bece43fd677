using System.Text.Json;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Vectors;

/// <summary>What became of one vector.</summary>
/// <param name="Name">As the file has it.</param>
/// <param name="Failure">Null when everything it says was checked and holds.</param>
public readonly record struct TeeVectorResult(string Name, string? Failure);

/// <summary>
/// Judges vectors of the TEE device ABI (spec/03 section 16), seen or unseen: the bytes are read by the host's own readers and compared with
/// what is stated; then what is stated is written again and compared with the bytes. Throws for nothing that a file holds.
/// </summary>
public static class TeeUapiVectors
{
    /// <summary>Whether a document is of this kind: a list in which some vector names a TEE ioctl.</summary>
    public static bool CanRun(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array && root.EnumerateArray().Any(vector =>
            vector.ValueKind == JsonValueKind.Object && vector.TryGetProperty("inputs", out var inputs)
            && inputs.ValueKind == JsonValueKind.Object && inputs.TryGetProperty("ioctl", out var ioctl)
            && ioctl.ValueKind == JsonValueKind.String && ioctl.GetString()!.StartsWith("TEE_IOC_", StringComparison.Ordinal));

    /// <summary>One result for each vector, in the order of the list. A receive buffer offered by one vector is that of the next requests.</summary>
    public static IReadOnlyList<TeeVectorResult> Run(JsonElement root)
    {
        var results = new List<TeeVectorResult>();
        (ulong Address, ulong Size)? receive = null;
        foreach (var vector in root.EnumerateArray())
        {
            var name = $"#{results.Count}";
            try
            {
                if (vector.ValueKind != JsonValueKind.Object) throw new VectorProblem("the vector is no object");
                if (vector.TryGetProperty("name", out var given) && given.ValueKind == JsonValueKind.String) name = given.GetString()!;
                Judge(vector, ref receive);
                results.Add(new TeeVectorResult(name, null));
            }
            catch (VectorProblem problem)
            {
                results.Add(new TeeVectorResult(name, problem.Message));
            }
        }

        return results;
    }

    private static void Judge(JsonElement vector, ref (ulong Address, ulong Size)? receive)
    {
        if (!vector.TryGetProperty("inputs", out var given) || given.ValueKind != JsonValueKind.Object) throw new VectorProblem("inputs are missing");
        var inputs = new VectorInputs(given);
        var bytes = Bytes(vector);
        var direction = vector.TryGetProperty("direction", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        byte[] again = (inputs.Text("ioctl"), direction) switch
        {
            ("TEE_IOC_VERSION", "out") => Version(inputs, bytes),
            ("TEE_IOC_SHM_ALLOC", "in" or "out") => ShmAlloc(inputs, bytes),
            ("TEE_IOC_OBJECT_INVOKE", "in") => InvokeVectors.Request(inputs, bytes),
            ("TEE_IOC_OBJECT_INVOKE", "out") => InvokeVectors.Answer(inputs, bytes),
            ("TEE_IOC_SUPPL_RECV", "in") => SupplicantVectors.Offer(inputs, bytes, out receive),
            ("TEE_IOC_SUPPL_RECV", "out") => SupplicantVectors.Request(inputs, bytes, receive),
            ("TEE_IOC_SUPPL_SEND", "in") => SupplicantVectors.Answer(inputs, bytes),
            var (ioctl, way) => throw new VectorProblem($"no rule for {ioctl}, direction {way ?? "none"}"),
        };

        if (again.AsSpan().SequenceEqual(bytes)) return;
        var at = again.AsSpan().CommonPrefixLength(bytes);
        throw new VectorProblem($"written again, the bytes differ at offset {at} of {bytes.Length}");
    }

    private static byte[] Bytes(JsonElement vector)
    {
        if (!vector.TryGetProperty("hex", out var hex) || hex.ValueKind != JsonValueKind.String) throw new VectorProblem("hex is missing");
        try
        {
            return Convert.FromHexString(hex.GetString()!.Replace(" ", "", StringComparison.Ordinal));
        }
        catch (FormatException)
        {
            throw new VectorProblem("hex is not hexadecimal");
        }
    }

    private static byte[] Version(VectorInputs inputs, byte[] bytes)
    {
        Length(bytes, VersionData.SizeBytes);
        var found = VersionData.Read(bytes);
        var again = new byte[VersionData.SizeBytes];
        new VersionData(
            inputs.Word("impl_id", found.ImplementationId),
            inputs.Word("impl_caps", found.ImplementationCapabilities),
            inputs.Word("gen_caps", found.GenericCapabilities)).Write(again);
        return again;
    }

    private static byte[] ShmAlloc(VectorInputs inputs, byte[] bytes)
    {
        Length(bytes, ShmAllocData.SizeBytes);
        var found = ShmAllocData.Read(bytes);
        if (inputs.TryNumber("page_size") is { } page && page is > 0 and <= uint.MaxValue
            && (found.TryRoundToPages((uint)page, long.MaxValue, out var rounded) != Errno.Ok || rounded != found.Size))
        {
            throw new VectorProblem($"size {found.Size} is not whole pages of {page}");
        }

        var again = new byte[ShmAllocData.SizeBytes];
        new ShmAllocData(
            inputs.Wide("size", found.Size), inputs.Word("flags", found.Flags), unchecked((int)inputs.Word("id", (uint)found.Id))).Write(again);
        return again;
    }

    internal static void Length(byte[] bytes, int expected)
    {
        if (bytes.Length != expected) throw new VectorProblem($"{bytes.Length} bytes, the structure has {expected}");
    }
}
