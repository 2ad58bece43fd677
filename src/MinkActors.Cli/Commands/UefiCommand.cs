using System.CommandLine;
using System.Text;
using MinkActors.Cli.Screen;
using MinkActors.Emulator.Qsee;
using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Sisters.Qseecom;
using MinkActors.Sisters.Qseecom.Uefi;
using Spectre.Console;

namespace MinkActors.Cli.Commands;

/// <summary>UEFI variables in a file, through QSEECOM and the emulated uefisecapp.</summary>
internal static class UefiCommand
{
    private static readonly Guid EfiGlobal = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    private static readonly Option<FileInfo> Store = new("--store")
    {
        Description = "The file that holds the variables. Made by the first set; it survives a crash at any byte.",
        Required = true,
        Recursive = true,
    };

    private static readonly Option<bool> Json = CommonOptions.Json();
    private static readonly Option<Guid> Vendor = new("--guid") { Description = "Whose variable it is. Default: the EFI global variables.", DefaultValueFactory = _ => EfiGlobal };
    private static readonly Argument<string> Name = new("name") { Description = "The variable's name." };
    private static readonly Option<string?> Hex = new("--hex") { Description = "The data as hexadecimal digits." };
    private static readonly Option<string?> Text = new("--text") { Description = "The data as UTF-8 text." };
    private static readonly Option<FileInfo?> From = new("--from") { Description = "A file with the data." };
    private static readonly Option<bool> Append = new("--append") { Description = "Join the data to what is there." };
    private static readonly Option<bool> Volatile = new("--volatile") { Description = "Do not keep it: gone when this command ends." };

    public static Command Create()
    {
        Json.Recursive = true;
        var command = new Command("uefi", """
            UEFI variables, as a normal world without UEFI runtime services reaches them: through QSEECOM and uefisecapp.

            Try:  mink uefi set BootNext --hex 0100 --store vars.bin
                  mink uefi list --store vars.bin

            Exit 1 when the variable or the room for it is not there, 2 when the command makes no sense or the file is not a store.
            """) { Store, Json };
        command.Subcommands.Add(Sub("list", "Lists all variables in the order of their creation.", [], (parsed, variables) => ListAsync(variables, parsed.GetValue(Json))));
        command.Subcommands.Add(Sub("get", "Prints one variable.", [Name, Vendor], (parsed, variables) => GetAsync(variables, parsed.GetRequiredValue(Name), parsed.GetValue(Vendor), parsed.GetValue(Json))));
        command.Subcommands.Add(Sub("set", "Creates or changes one variable; give its data with --hex, --text or --from.", [Name, Vendor, Hex, Text, From, Append, Volatile], SetAsync));
        command.Subcommands.Add(Sub("delete", "Deletes one variable.", [Name, Vendor], (parsed, variables) => ChangeAsync(variables, parsed, EfiAttributes.None, [])));
        return command;
    }

    private static Command Sub(string name, string description, Symbol[] symbols, Func<ParseResult, EfiVariableService, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is System.CommandLine.Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)symbol);
        }
        command.SetAction((parsed, _) => WithStoreAsync(parsed.GetRequiredValue(Store), variables => run(parsed, variables)));
        return command;
    }

    /// <summary>One process at a time uses a store; two would tear it.</summary>
    private static async Task<int> WithStoreAsync(FileInfo file, Func<EfiVariableService, Task<int>> run)
    {
        try
        {
            using var alone = new FileStream(file.FullName + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            var storage = new FileVariableStorage(file.FullName);
            _ = new UefiVariableStore(storage);
            await using var qsee = await QseecomSystem.StartAsync(options => options.UseEmulatedQsee(emulated => emulated.LoadUefi(storage)));
            return await run(qsee.Variables);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Output.Error($"{file}: {failure.Message}");
            return ExitCode.Unusable;
        }
        catch (EfiException failure)
        {
            Output.Error(failure.Message);
            return ExitCode.Failed;
        }
    }

    private static async Task<int> ListAsync(EfiVariableService variables, bool json)
    {
        var all = await variables.ListAsync();
        var space = await variables.QueryAsync(EfiAttributes.NonVolatile);
        if (json)
        {
            Output.Json(new { space.Storage, space.Remaining, space.VariableMax, variables = all.Select(Document) });
            return ExitCode.Ok;
        }
        var table = Output.Table("name", "vendor", "attributes", "bytes", "data");
        foreach (var variable in all) table.AddRow(Markup.Escape(variable.Name), $"{variable.Vendor}", Markup.Escape($"{variable.Attributes}"), $"{variable.Data.Length}", Short(variable.Data));
        AnsiConsole.Write(table);
        Output.Plain($"{all.Count} variables, {space.Remaining} of {space.Storage} bytes free");
        return ExitCode.Ok;
    }

    private static async Task<int> GetAsync(EfiVariableService variables, string name, Guid vendor, bool json)
    {
        if (await variables.ReadAsync(name, vendor) is not { } variable)
        {
            Output.Error($"there is no variable {name} of {vendor}");
            return ExitCode.Failed;
        }
        if (json) Output.Json(Document(variable));
        else Output.Plain(Convert.ToHexString(variable.Data));
        return ExitCode.Ok;
    }

    private static Task<int> SetAsync(ParseResult parsed, EfiVariableService variables)
    {
        if (!TryData(parsed, out var data)) return Task.FromResult(ExitCode.Unusable);
        var attributes = EfiAttributes.BootService | EfiAttributes.Runtime;
        if (!parsed.GetValue(Volatile)) attributes |= EfiAttributes.NonVolatile;
        if (parsed.GetValue(Append)) attributes |= EfiAttributes.Append;
        return ChangeAsync(variables, parsed, attributes, data);
    }

    private static bool TryData(ParseResult parsed, out byte[] data)
    {
        data = [];
        var (hex, text, from) = (parsed.GetValue(Hex), parsed.GetValue(Text), parsed.GetValue(From));
        if ((hex is null ? 0 : 1) + (text is null ? 0 : 1) + (from is null ? 0 : 1) != 1)
        {
            Output.Error("give the data with one of --hex, --text and --from");
            return false;
        }
        try
        {
            data = hex is not null ? Convert.FromHexString(hex) : text is not null ? Encoding.UTF8.GetBytes(text) : File.ReadAllBytes(from!.FullName);
        }
        catch (FormatException)
        {
            Output.Error($"'{hex}' is not hexadecimal: an even number of the digits 0 to 9 and A to F is");
            return false;
        }
        if (data.Length > 0) return true;
        Output.Error("no data; to take a variable away use: mink uefi delete");
        return false;
    }

    private static async Task<int> ChangeAsync(EfiVariableService variables, ParseResult parsed, EfiAttributes attributes, byte[] data)
    {
        var (name, vendor) = (parsed.GetRequiredValue(Name), parsed.GetValue(Vendor));
        var status = await variables.SetAsync(name, vendor, attributes, (uint)data.Length, data);
        if (parsed.GetValue(Json)) Output.Json(new { name, vendor, status = status.ToString(), efi = $"0x{status.ToEfi64():X16}" });
        else if (status != EfiStatus.Success) Output.Error($"{name}: {status} (0x{status.ToEfi64():X16})");
        return status == EfiStatus.Success ? ExitCode.Ok : ExitCode.Failed;
    }

    private static object Document(EfiVariable variable) => new { variable.Name, variable.Vendor, attributes = variable.Attributes.ToString(), data = Convert.ToHexString(variable.Data) };

    private static string Short(byte[] data) => data.Length <= 16 ? Convert.ToHexString(data) : Convert.ToHexString(data.AsSpan(0, 16)) + "…";
}
