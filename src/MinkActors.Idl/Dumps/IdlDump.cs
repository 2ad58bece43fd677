namespace MinkActors.Idl;

/// <summary>The model behind each front-end stage.</summary>
public enum IdlStage
{
    /// <summary>As written, file by file.</summary>
    Syntax,

    /// <summary>Names resolved, constants read, structs laid out.</summary>
    Checked,

    /// <summary>Op and error numbers, buffers and objects in the order of the wire.</summary>
    Lowered,
}

/// <summary>Prints a stage of a compilation, for people and for comparing in tests. The text is indented, one thing per line.</summary>
public static class IdlDump
{
    /// <summary>Writes one stage; works on units with errors too and shows what was understood.</summary>
    public static void Write(IdlCompilation compilation, IdlStage stage, TextWriter writer)
    {
        var output = new Dumps.IndentedText();
        switch (stage)
        {
            case IdlStage.Syntax: Dumps.SyntaxDump.Write(compilation.Unit.Checked.Syntax, output); break;
            case IdlStage.Checked: Dumps.CheckedDump.Write(compilation.Unit.Checked, output); break;
            default: Dumps.LoweredDump.Write(compilation.Unit, output); break;
        }
        writer.Write(output.ToString());
    }

    /// <summary>One stage as text.</summary>
    public static string ToText(IdlCompilation compilation, IdlStage stage)
    {
        var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        Write(compilation, stage, writer);
        return writer.ToString();
    }
}
