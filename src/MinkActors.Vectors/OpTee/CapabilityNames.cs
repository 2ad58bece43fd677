using MinkActors.Protocol.OpTee;

namespace MinkActors.Vectors.OpTee;

/// <summary>The specification's spellings of numbers that vectors name.</summary>
internal static class CapabilityNames
{
    private static readonly string[] Bits =
    [
        "HAVE_RESERVED_SHM", "UNREGISTERED_SHM", "DYNAMIC_SHM", "VIRTUALIZATION", "MEMREF_NULL", "ASYNC_NOTIF", "RPC_ARG",
        "RPMB_PROBE", "PROTMEM", "DYNAMIC_PROTMEM",
    ];

    public static string Of(OpTeeCapabilities capabilities) =>
        string.Join('|', Bits.Where((_, bit) => ((uint)capabilities >> bit & 1) != 0));

    /// <summary>BAD_PARAMETERS for BadParameters.</summary>
    public static string Of(TeeResult result) => Upper(result.ToString());

    /// <summary>TRUSTED_APP for the application, else as <see cref="Of(TeeResult)"/>.</summary>
    public static string Of(TeeOrigin origin) => origin == TeeOrigin.TrustedApplication ? "TRUSTED_APP" : Upper(origin.ToString());

    public static string Of(TeeLogin login) => Upper(login.ToString());

    public static string Of(OpTeeAttribute attribute)
    {
        var name = attribute.Type switch
        {
            OpTeeParameterType.None => "none",
            OpTeeParameterType.ValueInput => "value_input",
            OpTeeParameterType.ValueOutput => "value_output",
            OpTeeParameterType.ValueInOut => "value_inout",
            OpTeeParameterType.RegisteredInput => "rmem_input",
            OpTeeParameterType.RegisteredOutput => "rmem_output",
            OpTeeParameterType.RegisteredInOut => "rmem_inout",
            OpTeeParameterType.TemporaryInput => "tmem_input",
            OpTeeParameterType.TemporaryOutput => "tmem_output",
            OpTeeParameterType.TemporaryInOut => "tmem_inout",
            _ => attribute.ToString(),
        };
        return name + (attribute.IsMeta ? "|meta" : "") + (attribute.IsNonContiguous ? "|noncontig" : "");
    }

    private static string Upper(string name) =>
        string.Concat(name.Select((letter, index) => index > 0 && char.IsUpper(letter) ? "_" + letter : char.ToUpperInvariant(letter).ToString()));
}
