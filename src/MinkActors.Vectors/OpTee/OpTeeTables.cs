using System.Globalization;
using System.Text.Json;
using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>Tables: every row is computed.</summary>
internal static class OpTeeTables
{
    public static string? Judge(VectorCase vector)
    {
        if (!vector.Vector.TryGetProperty("columns", out var columns) || !vector.Vector.TryGetProperty("rows", out var rows)
            || columns.ValueKind != JsonValueKind.Array || rows.ValueKind != JsonValueKind.Array)
        {
            return "a table has columns and rows";
        }
        if (rows.GetArrayLength() == 0)
        {
            return "the table has no rows";
        }
        Func<VectorCase, JsonElement[], string?>? judge = string.Join('|', columns.EnumerateArray().Select(column => column.GetString())) switch
        {
            "a0|is_rpc|func" => IsRpc,
            "field|hex" => UuidWords,
            "num_params|bytes|fits one page" => Sizes,
            _ => null,
        };
        if (judge is null)
        {
            return $"a table of {columns} is unknown";
        }
        foreach (var row in rows.EnumerateArray())
        {
            var cells = row.EnumerateArray().ToArray();
            var fault = cells.Length != columns.GetArrayLength() ? "the cells do not match the columns" : judge(vector, cells);
            if (fault is not null)
            {
                return $"row {row.GetRawText()}: {fault}";
            }
        }
        return new Facts().Prose("uuid", "note").Compare(vector.Inputs);
    }

    private static string? IsRpc(VectorCase vector, JsonElement[] cells)
    {
        var word = (uint)Hex(cells[0]);
        var isRpc = OpTeeReturnWord.IsRpc(word, out var function);
        if (cells[1].GetBoolean() != isRpc)
        {
            return $"computed {isRpc}";
        }
        if (!isRpc)
        {
            return cells[2].ValueKind == JsonValueKind.Null ? null : "no RPC, so no function";
        }
        return Hex(cells[2]) == (ushort)function && OpTeeReturnWord.Rpc(function) == word ? null : $"computed {(ushort)function:x8}";
    }

    private static string? UuidWords(VectorCase vector, JsonElement[] cells)
    {
        if (!Guid.TryParse(vector.Inputs.GetProperty("uuid").GetString(), out var uuid))
        {
            return "the inputs have no uuid";
        }
        var (a, b) = OpTeeUuid.ToWords(uuid);
        ulong? computed = cells[0].GetString() switch { "value.a" => a, "value.b" => b, _ => null };
        return computed is null ? "the field is unknown"
            : OpTeeUuid.FromWords(a, b) != uuid ? "the words read back as another uuid"
            : computed == Hex(cells[1]) ? null : $"computed {computed:x16}";
    }

    private static string? Sizes(VectorCase vector, JsonElement[] cells)
    {
        var size = OpTeeMessage.SizeOf(cells[0].GetUInt32());
        return size == cells[1].GetInt64() && size <= OpTeeMessage.SizeMax == cells[2].GetBoolean() ? null : $"computed {size}";
    }

    private static ulong Hex(JsonElement cell) => ulong.Parse(cell.GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
