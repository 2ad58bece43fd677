using System.Text.Json;
using MinkActors.Cli.Screen;

namespace MinkActors.Cli.Tests.Commands;

[Collection(MinkProcess.Console)]
public sealed class UefiCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mink-uefi-");

    private string Store => Path.Combine(_directory.FullName, "vars.bin");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Given_a_variable_that_was_set_When_got_by_the_next_command_Then_its_bytes_are_there()
    {
        var set = await UefiAsync("set", "BootNext", "--hex", "0a00");

        var got = await UefiAsync("get", "BootNext");

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (set.Code, got.Code));
        Assert.Equal("0A00", got.Output.Trim());
    }

    [Fact]
    public async Task Given_two_variables_When_listed_Then_they_stand_in_the_order_of_their_creation()
    {
        await UefiAsync("set", "Second", "--text", "b");
        await UefiAsync("set", "First", "--text", "a");

        var listed = await UefiAsync("list", "--json");

        Assert.Equal(ExitCode.Ok, listed.Code);
        using var document = JsonDocument.Parse(listed.Output);
        Assert.Equal(["Second", "First"], document.RootElement.GetProperty("variables").EnumerateArray().Select(variable => variable.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Given_a_fresh_store_When_listed_Then_it_is_empty()
    {
        var listed = await UefiAsync("list");

        Assert.Equal(ExitCode.Ok, listed.Code);
        Assert.Contains("0 variables, ", listed.Output);
    }

    [Fact]
    public async Task Given_a_variable_that_was_deleted_When_got_Then_it_is_missing()
    {
        await UefiAsync("set", "BootNext", "--hex", "0100");

        var deleted = await UefiAsync("delete", "BootNext");

        Assert.Equal(ExitCode.Ok, deleted.Code);
        Assert.Equal(ExitCode.Failed, (await UefiAsync("get", "BootNext")).Code);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("delete")]
    public async Task Given_no_such_variable_When_it_is_named_Then_the_command_fails_and_names_it(string verb)
    {
        var outcome = await UefiAsync(verb, "Nobody");

        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("Nobody", outcome.Error);
    }

    [Fact]
    public async Task Given_a_variable_of_another_vendor_When_got_without_its_guid_Then_it_is_missing()
    {
        const string vendor = "11111111-2222-3333-4444-555555555555";
        await UefiAsync("set", "Mine", "--hex", "01", "--guid", vendor);

        Assert.Equal(ExitCode.Failed, (await UefiAsync("get", "Mine")).Code);
        Assert.Equal(ExitCode.Ok, (await UefiAsync("get", "Mine", "--guid", vendor)).Code);
    }

    [Fact]
    public async Task Given_data_to_append_When_set_Then_it_stands_behind_what_was_there()
    {
        await UefiAsync("set", "Log", "--hex", "01");
        await UefiAsync("set", "Log", "--hex", "02", "--append");

        Assert.Equal("0102", (await UefiAsync("get", "Log")).Output.Trim());
    }

    [Fact]
    public async Task Given_a_volatile_variable_When_the_next_command_looks_Then_it_is_gone()
    {
        var set = await UefiAsync("set", "Passing", "--hex", "01", "--volatile");

        Assert.Equal(ExitCode.Ok, set.Code);
        Assert.Equal(ExitCode.Failed, (await UefiAsync("get", "Passing")).Code);
    }

    [Fact]
    public async Task Given_data_in_a_file_When_set_from_it_Then_it_is_the_files()
    {
        var data = Path.Combine(_directory.FullName, "data");
        await File.WriteAllBytesAsync(data, [1, 2, 3]);

        await UefiAsync("set", "Blob", "--from", data);

        Assert.Equal("010203", (await UefiAsync("get", "Blob")).Output.Trim());
    }

    [Theory]
    [InlineData()]
    [InlineData("--hex", "abc")]
    [InlineData("--hex", "01", "--text", "a")]
    [InlineData("--text", "")]
    public async Task Given_no_data_or_data_that_makes_no_sense_When_set_Then_it_is_unusable_and_nothing_is_stored(params string[] data)
    {
        var outcome = await UefiAsync(["set", "BootNext", .. data]);

        Assert.Equal(ExitCode.Unusable, outcome.Code);
        Assert.Equal(ExitCode.Failed, (await UefiAsync("get", "BootNext")).Code);
    }

    [Fact]
    public async Task Given_a_file_that_is_no_store_When_listed_Then_it_is_unusable_and_stays_as_it_was()
    {
        await File.WriteAllTextAsync(Store, "a letter");

        var outcome = await UefiAsync("list");

        Assert.Equal(ExitCode.Unusable, outcome.Code);
        Assert.Equal("a letter", await File.ReadAllTextAsync(Store));
    }

    private Task<Outcome> UefiAsync(params string[] arguments) => MinkProcess.RunAsync(["uefi", .. arguments, "--store", Store]);
}
