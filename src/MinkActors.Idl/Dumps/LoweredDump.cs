using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.Dumps;

internal static class LoweredDump
{
    public static void Write(LoweredUnit unit, IndentedText output)
    {
        foreach (var definition in unit.Checked.Structs)
        {
            if (definition.IsLaidOut) output.Line($"struct {definition.Name}: {definition.Size} bytes, {string.Join(", ", definition.Fields.Select(f => $"{f.Name}@{f.Offset}"))}");
        }
        foreach (var definition in unit.Interfaces)
        {
            output.Block($"interface {definition.Name}{(definition.Base is null ? "" : $" : {definition.Base.Name}")}, version word 0x{definition.Version.Word:x8}", () =>
            {
                foreach (var error in definition.Errors) output.Line($"error {error.Name} = {error.Code}");
                foreach (var method in definition.Methods) Write(method, output);
            });
        }
    }

    private static void Write(LoweredMethod method, IndentedText output) =>
        output.Block($"{method.Op}: {method.Name}, counts 0x{method.CountsWord:x4}", () =>
        {
            Buffers("BI", method.In);
            Buffers("BO", method.Out);
            Objects("OI", method.In);
            Objects("OO", method.Out);

            void Buffers(string group, Direction direction)
            {
                for (var i = 0; i < direction.Buffers.Count; i++) output.Line($"{group}{i} {Describe(direction.Buffers[i])}");
            }

            void Objects(string group, Direction direction)
            {
                for (var i = 0; i < direction.Objects.Count; i++) output.Line($"{group}{i} {direction.Objects[i].Path}: {direction.Objects[i].Type}");
            }
        });

    private static string Describe(WireBuffer buffer) => buffer.Kind switch
    {
        WireBufferKind.Bundle => $"{{{string.Join(", ", buffer.Members.Select(m => $"{m.Parameter.Name}@{m.Offset} {m.Parameter.Type}"))}}}, {buffer.Size} bytes",
        WireBufferKind.Buffer => $"{buffer.Parameter.Name}: bytes",
        WireBufferKind.Array => $"{buffer.Parameter.Name}: n x {buffer.Size}, {buffer.Parameter.Type}",
        _ => $"{buffer.Parameter.Name}: {buffer.Size} bytes, {buffer.Parameter.Type}",
    };
}
