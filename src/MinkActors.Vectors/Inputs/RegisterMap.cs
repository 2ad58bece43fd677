using System.Globalization;
using System.Text.Json;

namespace MinkActors.Vectors.Inputs;

/// <summary>The readable register map beside a register image.</summary>
internal static class RegisterMap
{
    /// <summary>Compares every listed register with the image; on a call the unlisted ones must be zero.</summary>
    public static string? Compare(VectorCase vector, char letter, Func<int, ulong> register, bool isCall, out HashSet<int> listed)
    {
        listed = [];
        if (!vector.Vector.TryGetProperty("registers", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            return "the register map is missing";
        }
        foreach (var entry in map.EnumerateObject())
        {
            if (entry.Name.Length != 2 || entry.Name[0] != letter || entry.Name[1] is < '0' or > '7')
            {
                return $"{entry.Name} is not a register";
            }
            var index = entry.Name[1] - '0';
            if (entry.Value.ValueKind != JsonValueKind.String
                || !ulong.TryParse(entry.Value.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                return $"{entry.Name} is not a hexadecimal number";
            }
            if (value != register(index))
            {
                return $"{entry.Name} is {value:x} in the map, {register(index):x} in the image";
            }
            listed.Add(index);
        }
        for (var i = 0; isCall && i < 8; i++)
        {
            if (!listed.Contains(i) && register(i) != 0)
            {
                return $"{letter}{i} is not listed but {register(i):x} in the image";
            }
        }
        return null;
    }
}
