using MinkActors.Protocol.OpTee;

namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>The commands of a MediaTek-style provider (spec 10 section 11), as OP-TEE parameters; always four of them.</summary>
public static class MediaTekCommands
{
    /// <summary>2023: zeroed allocate.</summary>
    public const uint ZeroedAllocate2023 = 15;
    /// <summary>2023: unreference.</summary>
    public const uint Unreference2023 = 7;
    /// <summary>2024: zeroed allocate.</summary>
    public const uint ZeroedAllocate = 0x10000;
    /// <summary>2024: free.</summary>
    public const uint Free = 0x10001;
    /// <summary>2024: get segments.</summary>
    public const uint GetSegments = 0x10002;
    /// <summary>2024: number of regions.</summary>
    public const uint RegionCount = 0x10003;
    /// <summary>Type of an allocation: from the platform's carve-out.</summary>
    public const ulong StaticCarveOut = 1;
    /// <summary>Type of an allocation: carved from a contiguous area of the client.</summary>
    public const ulong ContiguousArea = 2;
    /// <summary>Parameters of every command.</summary>
    public const int Parameters = 4;
    /// <summary>Block size of an area that is lent piece by piece.</summary>
    public const ulong BlockAlignment = 4 * 1024 * 1024;

    /// <summary>UUID of the provider.</summary>
    public static Guid Uuid => new("4477588a-8476-11e2-ad15-e41f1390d676");

    /// <summary>2024 allocate. For type 2 the area's base and size go into [2].</summary>
    public static bool WriteAllocate(Span<OpTeeParameter> parameters, ulong size, ulong alignment, ulong type, ulong areaBase = 0, ulong areaSize = 0)
    {
        if (parameters.Length < Parameters)
        {
            return false;
        }
        parameters[0] = OpTeeParameter.Value(OpTeeParameterType.ValueInput, size, alignment);
        parameters[1] = OpTeeParameter.Value(OpTeeParameterType.ValueInput, type);
        parameters[2] = OpTeeParameter.Value(OpTeeParameterType.ValueInOut, areaBase, areaSize);
        parameters[3] = OpTeeParameter.Value(OpTeeParameterType.ValueOutput);
        return true;
    }

    /// <summary>2023 allocate; the handle comes back in [2].a.</summary>
    public static bool WriteAllocate2023(Span<OpTeeParameter> parameters, ulong size, ulong alignment, ulong type)
    {
        if (parameters.Length < Parameters)
        {
            return false;
        }
        parameters[0] = OpTeeParameter.Value(OpTeeParameterType.ValueInput, alignment, type);
        parameters[1] = OpTeeParameter.Value(OpTeeParameterType.ValueInput, size);
        parameters[2] = OpTeeParameter.Value(OpTeeParameterType.ValueInOut);
        parameters[3] = default;
        return true;
    }

    /// <summary>Free of either posting; [1].a comes back 0 on success.</summary>
    public static bool WriteFree(Span<OpTeeParameter> parameters, ulong handle)
    {
        if (parameters.Length < Parameters)
        {
            return false;
        }
        parameters[..Parameters].Clear();
        parameters[0] = OpTeeParameter.Value(OpTeeParameterType.ValueInput, handle);
        parameters[1] = OpTeeParameter.Value(OpTeeParameterType.ValueOutput);
        return true;
    }

    /// <summary>Bytes of a block: the area split into regions, rounded up to 4 MiB (T3); 0 without regions.</summary>
    public static ulong BlockSize(ulong areaSize, uint regions) => regions == 0 ? 0
        : areaSize / regions > ulong.MaxValue - BlockAlignment ? 0
        : (areaSize / regions + BlockAlignment - 1) / BlockAlignment * BlockAlignment;
}
