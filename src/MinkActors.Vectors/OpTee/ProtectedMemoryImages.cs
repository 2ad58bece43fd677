using System.Text.Json;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>The structures of spec 10, found by the beginning of the vector's name.</summary>
internal static class ProtectedMemoryImages
{
    public static bool TryJudge(VectorCase vector, out string? fault)
    {
        Func<VectorCase, string?>? judge = vector.Name switch
        {
            _ when Is(vector, "pm-query-provider-request") => Query,
            _ when Is(vector, "pm-query-provider-response") => Provider,
            _ when Is(vector, "pm-info") => Info,
            _ when Is(vector, "pm-use-case-config") => Config,
            _ when Is(vector, "pm-protect-request") => Protect,
            _ when Is(vector, "pm-protect-response") => Protected,
            _ when Is(vector, "pm-unprotect-request") => v => Handle(v, ProtectedMemoryOperation.Unprotect),
            _ when Is(vector, "pm-free-request") => v => Handle(v, ProtectedMemoryOperation.Free),
            _ when Is(vector, "pm-grant-request") => v => Handle(v, ProtectedMemoryOperation.Grant),
            _ when Is(vector, "pm-revoke-request") => v => Handle(v, ProtectedMemoryOperation.Revoke),
            _ when Is(vector, "pm-allocate-request") => Allocate,
            _ when Is(vector, "pm-allocate-response") => Allocated,
            _ when Is(vector, "pm-segment") => Segment,
            _ when Is(vector, "pm-query-region-response") => Region,
            _ when Is(vector, "pm-qseecom-request") => QseecomRequest,
            _ when Is(vector, "pm-qseecom-response") => QseecomResponse,
            _ when Is(vector, "pm-mediatek-zalloc") => MediaTek,
            _ when Is(vector, "pm-") && !Is(vector, "pm-optee-") => _ => "no structure has this name",
            _ => null,
        };
        fault = judge?.Invoke(vector);
        return judge is not null;
    }

    private static bool Is(VectorCase vector, string beginning) => vector.Name.StartsWith(beginning, StringComparison.Ordinal);

    private static string? Query(VectorCase v) => !ProviderQuery.TryRead(v.Image, out var query) ? WrongSize
        : Done(v, new Facts().Number("capability", query.Capability).Number("ordinal", query.Ordinal), room => query.Write(room));

    private static string? Provider(VectorCase v) => !ProviderDescription.TryRead(v.Image, out var p) ? WrongSize
        : Done(v, new Facts().Number("capability", p.Capability).Text("api", $"{p.Api >> 16}.{p.Api & 0xFFFF}").Number("mink_uid", p.MinkUid)
            .Number("carriers", (uint)p.Carriers).Number("flags", p.Flags).Uuid("uuid", p.Uuid).Otherwise("flags", 0)
            .Otherwise("uuid", "e588f484-ed5d-599f-81f7-7e06af65416c"), room => p.Write(room));

    private static string? Info(VectorCase v) => !ProtectedMemoryInfo.TryRead(v.Image, out var info) ? WrongSize
        : Done(v, new Facts().Number("granule", info.Granule).Number("max_regions", info.Slots).Number("used", info.SlotsUsed)
            .Number("max_grants", info.GrantsMax).Number("flags", info.Flags).Number("pool", info.Pool).Number("free", info.Free)
            .Number("largest", info.LargestFree).Text("api", $"{info.Api >> 16}.{info.Api & 0xFFFF}").Otherwise("api", "1.0"), room => info.Write(room));

    private static string? Config(VectorCase v)
    {
        if (!UseCaseConfig.TryRead(v.Image, out var config, out var bytes))
        {
            return WrongSize;
        }
        var attributes = new uint[config.Attributes];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        }
        var facts = new Facts().Number("min_size", config.MinimumSize).Number("align", config.Alignment).Number("pa_width", config.AddressBits)
            .Check("attrs", input => input.EnumerateArray().Select(Value).SequenceEqual(attributes.Select(a => (ulong)a))
                ? null : $"attrs is {input} in the inputs, [{string.Join(", ", attributes)}] in the image");
        return Done(v, facts, room =>
            UseCaseConfig.Write(room, config.MinimumSize, config.Alignment, config.AddressBits, attributes, out var written) == ProtectedMemoryError.Ok ? written : 0);
    }

    private static string? Protect(VectorCase v)
    {
        if (ProtectRequest.Read(v.Image, out var request, out var list) != ProtectedMemoryError.Ok)
        {
            return "the provider would answer BAD_PARAMETERS";
        }
        var grants = Copy(list);
        return Done(v, new Facts().Number("use_case", (uint)request.UseCase).Number("flags", request.Flags).Number("pa", request.Address)
            .Number("offset", request.Address).Number("size", request.ByteSize).Check("grants", Grants(grants)), room => request.Write(room, grants));
    }

    private static string? Protected(VectorCase v) => !ProtectAnswer.TryRead(v.Image, out var answer) ? WrongSize
        : Done(v, new Facts().Number("handle", answer.Handle).Number("slot", answer.Slot), room => answer.Write(room));

    private static string? Handle(VectorCase v, ProtectedMemoryOperation operation) =>
        HandleRequest.Read(v.Image, operation, out var request) != ProtectedMemoryError.Ok ? "the provider would answer BAD_PARAMETERS"
        : Done(v, new Facts().Number("handle", request.Handle).Number("flags", request.First).Number("device", request.First)
            .Text("rights", Letters((ProtectedRights)request.Second)), room => request.Write(room));

    private static string? Allocate(VectorCase v)
    {
        if (AllocateRequest.Read(v.Image, out var request, out var list) != ProtectedMemoryError.Ok)
        {
            return "the provider would answer BAD_PARAMETERS";
        }
        var grants = Copy(list);
        return Done(v, new Facts().Number("size", request.ByteSize).Number("align", request.Alignment).Number("use_case", (uint)request.UseCase)
            .Number("flags", request.Flags).Check("grants", Grants(grants)), room => request.Write(room, grants));
    }

    private static string? Allocated(VectorCase v) => !AllocateAnswer.TryRead(v.Image, out var answer) ? WrongSize
        : Done(v, new Facts().Number("handle", answer.Handle).Number("pa", answer.Address).Number("size", answer.ByteSize)
            .Number("segments", answer.Segments).Number("slot", answer.Slot), room => answer.Write(room));

    private static string? Segment(VectorCase v) => v.Image.Length != ProtectedSegment.Size || !ProtectedSegment.TryRead(v.Image, out var segment) ? WrongSize
        : Done(v, new Facts().Number("pa", segment.Address).Number("length", segment.Length), room => segment.Write(room));

    private static string? Region(VectorCase v)
    {
        if (!RegionDescription.TryRead(v.Image, out var region, out var list))
        {
            return WrongSize;
        }
        var grants = Copy(list);
        return Done(v, new Facts().Number("pa", region.Address).Number("size", region.ByteSize).Number("use_case", (uint)region.UseCase)
            .Number("state", (uint)region.State, region.State.ToString()).Number("refs", region.References).Check("grants", Grants(grants)),
            room => region.Write(room, grants));
    }

    private static string? QseecomRequest(VectorCase v)
    {
        if (!QseecomCarrier.TryReadRequest(v.Image, out var operation, out var input))
        {
            return "the length is not the size, or the word is no operation";
        }
        var inner = input.ToArray();
        return Done(v, new Facts().Number("op", (uint)operation).Prose("note"), room => QseecomCarrier.WriteRequest(room, operation, inner));
    }

    private static string? QseecomResponse(VectorCase v)
    {
        var operation = (ProtectedMemoryOperation)(v.Image[0] | (v.Image.Length > 1 ? v.Image[1] & 0xF : 0) << 8);
        if (!QseecomCarrier.TryReadResponse(v.Image, operation, out var code, out var output))
        {
            return "the length does not fit the size, or the word is no operation";
        }
        var inner = output.ToArray();
        return Done(v, new Facts().Number("op", (uint)operation).Number("status", (uint)code, CapabilityNames.Of(code)).Prose("note"),
            room => QseecomCarrier.WriteResponse(room, operation, code, inner));
    }

    private static string? MediaTek(VectorCase v)
    {
        if (v.Image.Length != MediaTekCommands.Parameters * OpTeeParameter.Size)
        {
            return WrongSize;
        }
        var found = Enumerable.Range(0, 4).Select(i => OpTeeParameter.Read(v.Image.AsSpan(OpTeeParameter.Size * i))).ToArray();
        var first = v.Input("cmd") == MediaTekCommands.ZeroedAllocate2023;
        var (size, alignment, type) = first ? (found[1].A, found[0].A, found[0].B) : (found[0].A, found[0].B, found[1].A);
        var facts = new Facts().Number("size", size).Number("align", alignment).Number("type", type).Prose("note")
            .Number("area_base", found[2].A).Number("area_size", found[2].B)
            .Number("cmd", first ? MediaTekCommands.ZeroedAllocate2023 : MediaTekCommands.ZeroedAllocate);
        return Done(v, facts, room =>
        {
            var parameters = new OpTeeParameter[MediaTekCommands.Parameters];
            _ = first ? MediaTekCommands.WriteAllocate2023(parameters, size, alignment, type)
                : MediaTekCommands.WriteAllocate(parameters, size, alignment, type, found[2].A, found[2].B);
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Write(room.AsSpan(OpTeeParameter.Size * i));
            }
            return room.Length;
        });
    }

    private const string WrongSize = "the size is not that of the structure";

    private static string? Done(VectorCase vector, Facts facts, Func<byte[], int> write)
    {
        var room = new byte[vector.Image.Length];
        return facts.Compare(vector.Inputs) ?? vector.Same(room.AsSpan(0, write(room)));
    }

    private static DeviceGrant[] Copy(GrantList list)
    {
        var grants = new DeviceGrant[list.Count];
        for (var i = 0; i < grants.Length; i++)
        {
            grants[i] = list[i];
        }
        return grants;
    }

    private static Func<JsonElement, string?> Grants(DeviceGrant[] grants) => input =>
    {
        var described = input.EnumerateArray().Select(pair => (Value(pair[0]), pair[1].GetString())).ToArray();
        return described.SequenceEqual(grants.Select(grant => ((ulong)grant.Device, (string?)Letters(grant.Rights))))
            ? null : $"grants is {input} in the inputs, {string.Join(", ", grants)} in the image";
    };

    private static ulong Value(JsonElement input) => InputNumber.TryRead(input, out var number) ? number : throw new FormatException($"{input} is not a number");

    private static string Letters(ProtectedRights rights) => (rights & ~(ProtectedRights.ReadWrite | ProtectedRights.Execute)) != 0
        ? rights.ToString() :
        (rights.HasFlag(ProtectedRights.Read) ? "R" : "") + (rights.HasFlag(ProtectedRights.Write) ? "W" : "") + (rights.HasFlag(ProtectedRights.Execute) ? "X" : "");
}
