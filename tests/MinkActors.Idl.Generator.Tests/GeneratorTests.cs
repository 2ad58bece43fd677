using Microsoft.CodeAnalysis;

namespace MinkActors.Idl.Generator.Tests;

public class GeneratorTests
{
    [Fact]
    public void Given_two_files_one_including_the_other_When_generated_Then_the_project_compiles_with_both()
    {
        var project = new Project()
            .With("/p/base.idl", "interface IBase { method low(in uint32 x, out uint32 y); };")
            .With("/p/top.idl", "include \"base.idl\"\ninterface ITop : IBase { method top(); };", space: "Above")
            .With("/p/readme.txt", "not idl");
        project.Properties["RootNamespace"] = "Shop";

        var run = project.Run();

        Assert.Equal(["Base.g.cs", "Top.g.cs"], run.Sources.Keys.Order());
        Assert.Contains("namespace Shop.Idl;", run.Sources["Base.g.cs"]);
        Assert.Contains("namespace Above;", run.Sources["Top.g.cs"]);
        Assert.Contains("global::Shop.Idl.BaseSkeleton", run.Sources["Top.g.cs"]);
        Assert.Empty(run.Problems);
    }

    [Fact]
    public void Given_a_mistake_in_an_included_file_When_generated_Then_it_is_shown_once_in_that_file_and_other_units_still_emit()
    {
        var run = new Project()
            .With("/p/bad.idl", "struct S {\n  uint8 a;\n  uint16 b;\n};")
            .With("/p/user.idl", "include \"bad.idl\"\ninterface IUser { method m(in S s); };")
            .With("/p/good.idl", "interface IGood { method m(); };")
            .Run();

        var problem = Assert.Single(run.Problems);
        Assert.Equal("MIDL030", problem.Id);
        Assert.Equal(DiagnosticSeverity.Error, problem.Severity);
        var place = problem.Location.GetLineSpan();
        Assert.Equal(("/p/bad.idl", 2, 9), (place.Path, place.StartLinePosition.Line, place.StartLinePosition.Character));
        Assert.Equal(["Good.g.cs"], run.Sources.Keys);
    }

    [Fact]
    public void Given_build_properties_When_generated_Then_they_decide()
    {
        var project = new Project()
            .With("/p/main.idl", "include \"far.idl\"\nconst int8 A = 200;\ninterface IMain { #[version = 1.5] method late(in Far f); };")
            .With("/p/inc/far.idl", "struct Far { uint8 a; };");
        project.Properties["ProjectDir"] = "/p/";
        project.Properties["MinkIncludePath"] = "inc";
        project.Properties["MinkAllowUndefined"] = "true";
        project.Properties["MinkSpec"] = "IMain@1.0";
        project.Properties["MinkVisibility"] = "internal";

        var run = project.Run();

        Assert.Empty(run.Problems.Where(p => p.Id != "MIDL071"));
        Assert.Contains("internal interface IMain", run.Sources["Main.g.cs"]);
        Assert.DoesNotContain("LateAsync", run.Sources["Main.g.cs"]);
    }

    [Fact]
    public void Given_files_of_one_name_in_two_directories_When_generated_Then_both_are_added()
    {
        var run = new Project()
            .With("/p/a/same.idl", "interface IOne { };", space: "A")
            .With("/p/b/same.idl", "interface ITwo { };", space: "B")
            .Run();

        Assert.Equal(2, run.Sources.Count);
        Assert.Empty(run.Problems);
    }

    [Fact]
    public void Given_an_edit_in_one_file_When_generated_again_Then_only_the_units_that_reach_it_are_compiled()
    {
        var project = new Project()
            .With("/p/base.idl", "interface IBase { method low(); };")
            .With("/p/top.idl", "include \"base.idl\"\ninterface ITop : IBase { };")
            .With("/p/apart.idl", "interface IApart { };");
        project.Run();

        project.Edit("/p/base.idl", "interface IBase { method low(); method more(); };");
        var run = project.Run();

        Assert.Equal(
            [("/p/apart.idl", IncrementalStepRunReason.Cached), ("/p/base.idl", IncrementalStepRunReason.Modified), ("/p/top.idl", IncrementalStepRunReason.Modified)],
            run.Compiled.OrderBy(step => step.Path));
    }

    [Fact]
    public void Given_an_edit_in_csharp_only_When_generated_again_Then_nothing_is_compiled()
    {
        var project = new Project().With("/p/base.idl", "interface IBase { method low(); };");
        project.Run();

        project.EditCSharp("internal static class Another;");
        var run = project.Run();

        Assert.All(run.Compiled, step => Assert.Equal(IncrementalStepRunReason.Cached, step.Reason));
        Assert.All(run.Outputs, reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void Given_a_comment_added_When_generated_again_Then_the_code_is_unchanged()
    {
        var project = new Project().With("/p/base.idl", "interface IBase { method low(); };");
        project.Run();

        project.Edit("/p/base.idl", "interface IBase { method low(); }; // note");
        var run = project.Run();

        Assert.Equal(("/p/base.idl", IncrementalStepRunReason.Unchanged), Assert.Single(run.Compiled));
    }

    [Fact]
    public void Given_a_file_added_that_an_include_now_means_When_generated_again_Then_the_unit_is_compiled_anew()
    {
        var project = new Project().With("/p/top.idl", "include \"base.idl\"\ninterface ITop : IBase { };");
        var before = project.Run();

        project.With("/p/base.idl", "interface IBase { method low(); };");
        var after = project.Run();

        Assert.Equal(["MIDL004"], before.Problems.Select(p => p.Id));
        Assert.Empty(after.Problems);
        Assert.Equal(2, after.Sources.Count);
    }
}
