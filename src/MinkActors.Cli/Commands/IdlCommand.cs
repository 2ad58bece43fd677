using System.CommandLine;
using MinkActors.Cli.Screen;
using MinkActors.Idl;

namespace MinkActors.Cli.Commands;

/// <summary>The Mink IDL compiler: check, compile to C#, and a look at each stage.</summary>
internal static class IdlCommand
{
    private static readonly Argument<FileInfo[]> Files = new("files") { Description = ".idl files.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string[]> Include = new("--include", "-I") { Description = "Directory to look for included files in; may be given again." };
    private static readonly Option<string[]> Spec = new("--spec") { Description = "Build against a version of an interface, as NAME=MAJOR.MINOR; may be given again." };
    private static readonly Option<bool> BundleBySize = new("--bundle-by-size") { Description = "Bundle small parameters by size instead of by declared order." };
    private static readonly Option<bool> AllowUndefined = new("--allow-undefined") { Description = "Warn instead of refusing what the language leaves undefined." };

    public static Command Create()
    {
        var command = new Command("idl", """
            The Mink IDL compiler. In a project, the generator does the same at build time:
            reference MinkActors.Idl.Generator and list the .idl files as AdditionalFiles.
            """);
        command.Subcommands.Add(Check());
        command.Subcommands.Add(Compile());
        command.Subcommands.Add(Dump());
        return command;
    }

    private static Command Check()
    {
        var command = Stage("check", "Reports every error of the files, with place and how to mend it. Exit 1 when there is one.");
        command.SetAction(parsed => ForEach(parsed, _ => { }));
        return command;
    }

    private static Command Compile()
    {
        var output = new Option<DirectoryInfo>("--output", "-o") { Description = "Where the C# files go.", DefaultValueFactory = _ => new DirectoryInfo(".") };
        var ns = new Option<string>("--namespace") { Description = "Namespace of the generated types.", DefaultValueFactory = _ => "Mink.Idl" };
        var isInternal = new Option<bool>("--internal") { Description = "Make the generated types internal." };
        var command = Stage("compile", "Writes proxies, skeletons, structs and errors as C#, one file for each .idl file.\n\nExample:  mink idl compile ICounter.idl -I interfaces -o Generated");
        command.Options.Add(output);
        command.Options.Add(ns);
        command.Options.Add(isInternal);
        command.SetAction(parsed =>
        {
            var directory = parsed.GetRequiredValue(output);
            var options = new CSharpOptions { Namespace = parsed.GetRequiredValue(ns), IsInternal = parsed.GetValue(isInternal) };
            return ForEach(parsed, compilation =>
            {
                directory.Create();
                foreach (var file in compilation.Files) Write(directory, CSharpEmitter.Emit(compilation, file, options));
            });
        });
        return command;
    }

    private static Command Dump()
    {
        var stage = new Option<IdlStage>("--stage") { Description = "Which model to print: the syntax tree, the checked model, or the lowered one (arguments in wire order).", DefaultValueFactory = _ => IdlStage.Lowered };
        var command = Stage("dump", "Prints one stage of the compiler as readable text.");
        command.Options.Add(stage);
        command.SetAction(parsed => ForEach(parsed, compilation => IdlDump.Write(compilation, parsed.GetValue(stage), Console.Out)));
        return command;
    }

    private static Command Stage(string name, string description) =>
        new(name, description) { Files, Include, Spec, BundleBySize, AllowUndefined };

    /// <summary>Compiles each file, prints its diagnostics, and goes on with those that have no error.</summary>
    private static int ForEach(ParseResult parsed, Action<IdlCompilation> use)
    {
        var specs = new List<IdlSpec>();
        foreach (var text in parsed.GetValue(Spec) ?? [])
        {
            if (!IdlSpec.TryParse(text, out var spec))
            {
                Output.Error($"'{text}' is no version: write NAME=MAJOR.MINOR");
                return ExitCode.Unusable;
            }
            specs.Add(spec);
        }
        var options = new IdlOptions
        {
            IncludeDirectories = parsed.GetValue(Include) ?? [],
            BundleParametersBySize = parsed.GetValue(BundleBySize),
            AllowUndefinedBehavior = parsed.GetValue(AllowUndefined),
            Specs = specs,
        };
        var failed = false;
        foreach (var file in parsed.GetRequiredValue(Files))
        {
            var compilation = IdlCompiler.Compile(file.ToString(), new DiskFileSource(), options);
            foreach (var diagnostic in compilation.Diagnostics) Console.Error.WriteLine(diagnostic);
            if (compilation.HasErrors) failed = true;
            else use(compilation);
        }
        return failed ? ExitCode.Failed : ExitCode.Ok;
    }

    private static void Write(DirectoryInfo directory, CSharpOutput output)
    {
        foreach (var diagnostic in output.Diagnostics) Console.Error.WriteLine(diagnostic);
        var path = Path.Combine(directory.FullName, output.FileName);
        File.WriteAllText(path, output.Text);
        Output.Plain($"wrote {Path.GetRelativePath(Environment.CurrentDirectory, path)}");
    }
}
